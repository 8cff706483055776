/*
 * The agent: runs in the network of a remote engine's machine, and carries connections to containers over its stdin and
 * stdout. It needs no C library, so that each machine with a compiler makes the same few kilobytes of it.
 *
 * A frame is 12 bytes (type, three zeros, stream, length of the payload; numbers big-endian) and the payload:
 *   to the agent:    OPEN "a.b.c.d port patience-ms", DATA, EOF, RST, WIN (u32), PING
 *   from the agent:  HELLO "boot-id network-namespace", OPENED, DATA, EOF, RST "errno", WIN (u32), PONG
 * At most WINDOW bytes of a stream are under way in each direction; WIN gives back what was really written on, or read.
 * It ends when its stdin ends, and when nothing was heard for SILENCE_MS.
 */

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef long long i64;
typedef unsigned long usize;
typedef long isize;

enum { HELLO = 16, OPEN = 1, OPENED = 2, DATA = 3, EOF_ = 4, RST = 5, WIN = 6, PING = 13, PONG = 14 };

#define WINDOW (512 * 1024)
#define MAX_STREAMS 1024
#define MAX_PAYLOAD (64 * 1024)
#define HEAD 12
#define RETRY_MS 25
#define SILENCE_MS 60000
/* Credit is given back in pieces of at least this size, or when nothing waits. */
#define WIN_STEP (WINDOW / 8)

/* ---- the kernel --------------------------------------------------------------------------------------------- */

#if defined(__x86_64__)
enum {
  SYS_read = 0, SYS_write = 1, SYS_close = 3, SYS_mmap = 9, SYS_munmap = 11, SYS_socket = 41, SYS_connect = 42,
  SYS_shutdown = 48, SYS_setsockopt = 54, SYS_getsockopt = 55, SYS_clock_gettime = 228, SYS_exit_group = 231,
  SYS_openat = 257, SYS_readlinkat = 267, SYS_ppoll = 271
};
static isize syscall6(isize n, isize a, isize b, isize c, isize d, isize e, isize f) {
  isize result;
  register isize r10 __asm__("r10") = d;
  register isize r8 __asm__("r8") = e;
  register isize r9 __asm__("r9") = f;
  __asm__ volatile("syscall" : "=a"(result) : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  return result;
}
__asm__(".globl _start\n_start:\n  xor %ebp, %ebp\n  and $-16, %rsp\n  call run\n");
#elif defined(__aarch64__)
enum {
  SYS_read = 63, SYS_write = 64, SYS_close = 57, SYS_mmap = 222, SYS_munmap = 215, SYS_socket = 198, SYS_connect = 203,
  SYS_shutdown = 210, SYS_setsockopt = 208, SYS_getsockopt = 209, SYS_clock_gettime = 113, SYS_exit_group = 94,
  SYS_openat = 56, SYS_readlinkat = 78, SYS_ppoll = 73
};
static isize syscall6(isize n, isize a, isize b, isize c, isize d, isize e, isize f) {
  register isize x8 __asm__("x8") = n;
  register isize x0 __asm__("x0") = a;
  register isize x1 __asm__("x1") = b;
  register isize x2 __asm__("x2") = c;
  register isize x3 __asm__("x3") = d;
  register isize x4 __asm__("x4") = e;
  register isize x5 __asm__("x5") = f;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
  return x0;
}
__asm__(".globl _start\n_start:\n  mov x29, #0\n  mov x30, #0\n  bl run\n");
#else
#error "no system calls for this architecture"
#endif

#define call1(n, a) syscall6(n, (isize)(a), 0, 0, 0, 0, 0)
#define call2(n, a, b) syscall6(n, (isize)(a), (isize)(b), 0, 0, 0, 0)
#define call3(n, a, b, c) syscall6(n, (isize)(a), (isize)(b), (isize)(c), 0, 0, 0)
#define call4(n, a, b, c, d) syscall6(n, (isize)(a), (isize)(b), (isize)(c), (isize)(d), 0, 0)
#define call5(n, a, b, c, d, e) syscall6(n, (isize)(a), (isize)(b), (isize)(c), (isize)(d), (isize)(e), 0)

enum { EINTR = 4, EAGAIN = 11, ENOMEM = 12, EINVAL = 22, EMFILE = 24, EPROTO = 71, ECONNREFUSED = 111, EINPROGRESS = 115 };
enum { POLLIN = 1, POLLOUT = 4, POLLERR = 8, POLLHUP = 16 };

struct pollfd { int fd; short events; short revents; };
struct timespec { i64 seconds; i64 nanoseconds; };
struct address { u16 family; u16 port; u32 ip; u8 zero[8]; };
struct linger { int on; int seconds; };

/* Compilers write calls of these for copies and for setting memory. */
void *memcpy(void *to, const void *from, usize size) {
  u8 *t = to;
  const u8 *f = from;
#if defined(__x86_64__)
  __asm__ volatile("rep movsb" : "+D"(t), "+S"(f), "+c"(size) : : "memory");
#else
  for (; size >= 8; size -= 8, t += 8, f += 8) *(unsigned long *)t = *(const unsigned long *)f;
  while (size--) *t++ = *f++;
#endif
  return to;
}
void *memset(void *to, int value, usize size) {
  u8 *t = to;
  while (size--) *t++ = (u8)value;
  return to;
}

static i64 now_ms(void) {
  struct timespec at;
  call2(SYS_clock_gettime, 1, &at);
  return at.seconds * 1000 + at.nanoseconds / 1000000;
}

static void quit(int code) {
  call1(SYS_exit_group, code);
  for (;;) {
  }
}

/* ---- frames to the tool ------------------------------------------------------------------------------------- */

/* The tool always reads: what is under way is bounded by the windows. */
static void write_all(const u8 *bytes, usize size) {
  while (size > 0) {
    isize done = call3(SYS_write, 1, bytes, size);
    if (done == -EINTR || done == -EAGAIN) continue;
    if (done <= 0) quit(0);
    bytes += done;
    size -= (usize)done;
  }
}

static void put_u32(u8 *at, u32 value) {
  at[0] = (u8)(value >> 24);
  at[1] = (u8)(value >> 16);
  at[2] = (u8)(value >> 8);
  at[3] = (u8)value;
}
static u32 get_u32(const u8 *at) { return (u32)at[0] << 24 | (u32)at[1] << 16 | (u32)at[2] << 8 | at[3]; }

static u8 out[HEAD + MAX_PAYLOAD];

/* The payload stands in `out` already. */
static void send_frame(u8 type, u32 id, u32 size) {
  put_u32(out, (u32)type << 24);
  put_u32(out + 4, id);
  put_u32(out + 8, size);
  write_all(out, HEAD + size);
}

static void send_number(u8 type, u32 id, u32 value) {
  put_u32(out + HEAD, value);
  send_frame(type, id, 4);
}

/* ---- streams ------------------------------------------------------------------------------------------------ */

enum state { FREE, WAITING, CONNECTING, JOINED };

struct stream {
  u32 id;
  enum state state;
  int fd;
  struct address to;
  /* Of WAITING: when to try next. Refused connections are tried again until `until_ms`. */
  i64 retry_ms, until_ms;
  /* Bytes for the container: a ring of WINDOW bytes. */
  u8 *ring;
  u32 ring_from, ring_size, unreturned;
  /* Bytes that may still be sent to the tool. */
  u32 credit;
  u8 tool_ended, container_ended, is_shut;
};

static struct stream streams[MAX_STREAMS];

static struct stream *find(u32 id) {
  for (int i = 0; i < MAX_STREAMS; i++)
    if (streams[i].state != FREE && streams[i].id == id) return &streams[i];
  return 0;
}

static void release(struct stream *s) {
  if (s->fd >= 0) call1(SYS_close, s->fd);
  if (s->ring) call2(SYS_munmap, s->ring, WINDOW);
  memset(s, 0, sizeof *s);
}

static void fail(struct stream *s, int code) {
  u32 id = s->id;
  release(s);
  send_number(RST, id, (u32)code);
}

static void reset(struct stream *s) {
  struct linger now = {1, 0};
  if (s->fd >= 0) call5(SYS_setsockopt, s->fd, 1, 13, &now, sizeof now);
  release(s);
}

static void joined(struct stream *s) {
  s->state = JOINED;
  send_frame(OPENED, s->id, 0);
}

static void refused(struct stream *s, int code) {
  if (s->fd >= 0) call1(SYS_close, s->fd);
  s->fd = -1;
  if (code != ECONNREFUSED || now_ms() >= s->until_ms) {
    fail(s, code);
    return;
  }
  s->state = WAITING;
  s->retry_ms = now_ms() + RETRY_MS;
}

static void start_connect(struct stream *s) {
  int yes = 1;
  /* AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK */
  s->fd = (int)call3(SYS_socket, 2, 1 | 02000000 | 04000, 0);
  if (s->fd < 0) {
    int code = -s->fd;
    s->fd = -1;
    fail(s, code);
    return;
  }
  call5(SYS_setsockopt, s->fd, 6, 1, &yes, sizeof yes);
  isize result = call3(SYS_connect, s->fd, &s->to, sizeof s->to);
  s->state = CONNECTING;
  if (result == 0) joined(s);
  else if (result != -EINPROGRESS) refused(s, (int)-result);
}

static u32 number(const u8 **at, const u8 *end) {
  u32 value = 0;
  while (*at < end && **at >= '0' && **at <= '9') value = value * 10 + (u32)(*(*at)++ - '0');
  if (*at < end) (*at)++;
  return value;
}

static void open_stream(u32 id, const u8 *text, u32 size) {
  struct stream *s = 0;
  for (int i = 0; i < MAX_STREAMS && !s; i++)
    if (streams[i].state == FREE) s = &streams[i];
  if (!s) {
    send_number(RST, id, EMFILE);
    return;
  }
  const u8 *at = text, *end = text + size;
  u8 ip[4];
  memset(s, 0, sizeof *s);
  for (int i = 0; i < 4; i++) ip[i] = (u8)number(&at, end);
  u32 port = number(&at, end);
  s->id = id;
  s->fd = -1;
  s->credit = WINDOW;
  s->to.family = 2;
  s->to.port = (u16)(port >> 8 | port << 8);
  memcpy(&s->to.ip, ip, 4);
  s->until_ms = now_ms() + number(&at, end);
  /* PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS: pages that are not used take nothing. */
  isize ring = syscall6(SYS_mmap, 0, WINDOW, 3, 0x22, -1, 0);
  s->state = WAITING;
  if (ring < 0 && ring > -4096) {
    fail(s, ENOMEM);
    return;
  }
  s->ring = (u8 *)ring;
  start_connect(s);
}

static void settle(struct stream *s) {
  if (s->tool_ended && s->ring_size == 0 && !s->is_shut && s->state == JOINED) {
    call2(SYS_shutdown, s->fd, 1);
    s->is_shut = 1;
  }
  if (s->is_shut && s->container_ended) release(s);
}

static void keep(struct stream *s, const u8 *bytes, u32 size) {
  if (size > WINDOW - s->ring_size) {
    fail(s, EPROTO);
    return;
  }
  u32 at = (s->ring_from + s->ring_size) % WINDOW;
  u32 first = size < WINDOW - at ? size : WINDOW - at;
  memcpy(s->ring + at, bytes, first);
  memcpy(s->ring, bytes + first, size - first);
  s->ring_size += size;
}

/* To the container, as much as it takes. */
static void flush(struct stream *s) {
  while (s->ring_size > 0) {
    u32 size = s->ring_size < WINDOW - s->ring_from ? s->ring_size : WINDOW - s->ring_from;
    isize done = call3(SYS_write, s->fd, s->ring + s->ring_from, size);
    if (done == -EINTR) continue;
    if (done == -EAGAIN) break;
    if (done < 0) {
      fail(s, (int)-done);
      return;
    }
    s->ring_from = (s->ring_from + (u32)done) % WINDOW;
    s->ring_size -= (u32)done;
    s->unreturned += (u32)done;
  }
  if (s->unreturned >= WIN_STEP || (s->ring_size == 0 && s->unreturned > 0)) {
    send_number(WIN, s->id, s->unreturned);
    s->unreturned = 0;
  }
  settle(s);
}

/* From the container, once: others wait as well. */
static void pass_on(struct stream *s) {
  u32 size = s->credit < MAX_PAYLOAD ? s->credit : MAX_PAYLOAD;
  isize got = call3(SYS_read, s->fd, out + HEAD, size);
  if (got == -EINTR || got == -EAGAIN) return;
  if (got < 0) {
    fail(s, (int)-got);
    return;
  }
  if (got == 0) {
    s->container_ended = 1;
    send_frame(EOF_, s->id, 0);
    settle(s);
    return;
  }
  s->credit -= (u32)got;
  send_frame(DATA, s->id, (u32)got);
}

static void connect_ended(struct stream *s) {
  int code = 0;
  u32 size = sizeof code;
  call5(SYS_getsockopt, s->fd, 1, 4, &code, &size);
  if (code != 0) {
    refused(s, code);
    return;
  }
  joined(s);
  flush(s);
}

/* ---- frames from the tool ----------------------------------------------------------------------------------- */

static void receive(u8 type, u32 id, const u8 *payload, u32 size) {
  if (type == OPEN) {
    open_stream(id, payload, size);
    return;
  }
  if (type == PING) {
    send_frame(PONG, id, 0);
    return;
  }
  struct stream *s = find(id);
  /* It ended here while the frame was on its way. */
  if (!s) return;
  if (type == DATA) keep(s, payload, size);
  else if (type == EOF_) s->tool_ended = 1;
  else if (type == WIN && size == 4) s->credit += get_u32(payload);
  else if (type == RST) {
    reset(s);
    return;
  }
  if (s->state == JOINED) flush(s);
}

static u8 in[2 * (HEAD + MAX_PAYLOAD)];
static u32 in_size;

static void read_frames(void) {
  isize got = call3(SYS_read, 0, in + in_size, sizeof in - in_size);
  if (got == -EINTR || got == -EAGAIN) return;
  if (got <= 0) quit(0);
  in_size += (u32)got;
  u32 at = 0;
  while (in_size - at >= HEAD) {
    u32 size = get_u32(in + at + 8);
    if (size > MAX_PAYLOAD) quit(1);
    if (in_size - at - HEAD < size) break;
    receive(in[at], get_u32(in + at + 4), in + at + HEAD, size);
    at += HEAD + size;
  }
  /* What is left is moved to the beginning: at most one frame, and the ranges do not overlap badly going forward. */
  for (u32 i = at; i < in_size && at > 0; i++) in[i - at] = in[i];
  in_size -= at;
}

/* ---- the loop ----------------------------------------------------------------------------------------------- */

static u32 read_text(isize fd, u8 *to, u32 max) {
  isize got = fd < 0 ? 0 : call3(SYS_read, fd, to, max);
  if (fd >= 0) call1(SYS_close, fd);
  while (got > 0 && to[got - 1] == '\n') got--;
  return got > 0 ? (u32)got : 0;
}

static void hello(void) {
  u32 size = read_text(call4(SYS_openat, -100, "/proc/sys/kernel/random/boot_id", 0, 0), out + HEAD, 64);
  out[HEAD + size++] = ' ';
  isize got = call4(SYS_readlinkat, -100, "/proc/self/ns/net", out + HEAD + size, 64);
  send_frame(HELLO, 0, size + (got > 0 ? (u32)got : 0));
}

static struct pollfd polled[MAX_STREAMS + 1];
static struct stream *by_poll[MAX_STREAMS + 1];

__attribute__((used)) void run(void) {
  i64 heard_ms = now_ms();
  hello();
  for (;;) {
    int count = 1;
    i64 next_ms = heard_ms + SILENCE_MS;
    polled[0] = (struct pollfd){0, POLLIN, 0};
    for (int i = 0; i < MAX_STREAMS; i++) {
      struct stream *s = &streams[i];
      short events = 0;
      if (s->state == FREE) continue;
      if (s->state == WAITING) {
        if (s->retry_ms < next_ms) next_ms = s->retry_ms;
        continue;
      }
      if (s->state == CONNECTING || s->ring_size > 0) events |= POLLOUT;
      if (s->state == JOINED && !s->container_ended && s->credit > 0) events |= POLLIN;
      /* With no events a socket that was reset would wake us again and again. */
      if (events == 0) continue;
      polled[count] = (struct pollfd){s->fd, events, 0};
      by_poll[count++] = s;
    }
    i64 wait_ms = next_ms - now_ms();
    if (wait_ms < 0) wait_ms = 0;
    struct timespec wait = {wait_ms / 1000, wait_ms % 1000 * 1000000};
    call5(SYS_ppoll, polled, count, &wait, 0, 8);
    for (int i = 1; i < count; i++) {
      struct stream *s = by_poll[i];
      short seen = polled[i].revents;
      if (seen == 0 || s->fd != polled[i].fd) continue;
      if (s->state == CONNECTING) {
        connect_ended(s);
        continue;
      }
      if (seen & (POLLOUT | POLLERR)) flush(s);
      if (s->state == JOINED && (polled[i].events & POLLIN) && (seen & (POLLIN | POLLERR | POLLHUP))) pass_on(s);
    }
    i64 at_ms = now_ms();
    for (int i = 0; i < MAX_STREAMS; i++)
      if (streams[i].state == WAITING && streams[i].retry_ms <= at_ms) start_connect(&streams[i]);
    if (polled[0].revents) {
      heard_ms = at_ms;
      read_frames();
    } else if (at_ms - heard_ms >= SILENCE_MS) quit(0);
  }
}
