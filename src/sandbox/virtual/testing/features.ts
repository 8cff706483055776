/**
 * What scripts do with the docker command line, one feature each, in the order of one script: `$d` is the command, `$k`
 * one that can do BuildKit without a plugin, `$IMAGE` an image with busybox whose command sleeps, `$PORT` a free port,
 * `$TMP` the real folder behind `/tmp`. What the script prints must fit.
 */
export interface Feature {
  readonly name: string;
  readonly script: string;
  readonly prints: RegExp;
  /** Only tried by `make soak`: another feature stands for it, and none builds on it. */
  readonly isSoak?: true;
}

function feature(name: string, script: string, prints: RegExp): Feature {
  return { name, script, prints };
}

function soak(name: string, script: string, prints: RegExp): Feature {
  return { name, script, prints, isSoak: true };
}

const system = [
  feature('version', '$d version -f {{.Server.Version}}', /^\d+\.\d+/u),
  soak('info: a name of its own', '$d info -f {{.Name}}', /^sandbox-[0-9a-f]{8}$/u),
  soak('info: nothing there yet', '$d info -f {{.Containers}}', /^0$/u),
  feature('ps -a: nothing there yet', '$d ps -aq', /^$/u),
  soak('volume ls: nothing there yet', '$d volume ls -q', /^$/u),
  feature(
    'network ls: as on a fresh engine',
    '$d network ls --format {{.Name}} | sort | xargs',
    /^bridge host none$/u,
  ),
  soak('node ls: in no swarm', '$d node ls 2>&1', /not a swarm manager/u),
  soak('plugin ls', '$d plugin ls -q', /^$/u),
];

const created = [
  feature(
    'create --name --label',
    '$d create --name c1 --label a=b -e KEY=value -w /tmp -u 1:1 -h box --read-only --memory 64m --restart always --stop-signal TERM --add-host other:10.0.0.1 --tmpfs /t --health-cmd true $IMAGE',
    /^[0-9a-f]{64}$/u,
  ),
  feature('ps -a', '$d ps -a --format "{{.Names}} {{.Image}} {{.State}}"', /^c1 \S+ created$/u),
  soak('ps: only what runs', '$d ps -q', /^$/u),
  feature('ps -f name=', '$d ps -aq -f name=^/c1 | wc -l; $d ps -aq -f name=zz | wc -l', /^1\n0$/u),
  soak('ps -f status=', '$d ps -a -f status=created --format {{.Names}}', /^c1$/u),
  soak('ps -f label=', '$d ps -a -f label=a=b --format {{.Names}}', /^c1$/u),
  soak('ps -f label= of others', '$d ps -aq -f label=a=c', /^$/u),
  soak('ps -f ancestor=', '$d ps -a -f ancestor=$IMAGE --format {{.Names}}', /^c1$/u),
  soak('ps -l', '$d ps -l --format {{.Names}}', /^c1$/u),
  soak('ps -n 1 -f name=', '$d ps -n 1 -f name=c1 --format {{.Names}}', /^c1$/u),
  soak('ps: labels', '$d ps -a --format {{.Labels}}', /^(?!.*seatrial\.session).*a=b/u),
  soak('ps: networks', '$d ps -a --format {{.Networks}}', /^bridge$/u),
  feature('inspect: name', '$d inspect -f {{.Name}} c1', /^\/c1$/u),
  feature(
    'inspect: labels',
    '$d inspect -f "{{json .Config.Labels}}" c1',
    /^(?!.*seatrial\.session).*"a":"b"/u,
  ),
  soak(
    'inspect: image',
    'test "$($d inspect -f {{.Config.Image}} c1)" = "$IMAGE" && echo same',
    /^same$/u,
  ),
  soak('inspect: by the beginning of an id', '$d inspect -f {{.Name}} $($d ps -aq)', /^\/c1$/u),
  soak('inspect: -e', '$d inspect -f {{.Config.Env}} c1', /KEY=value/u),
  soak('inspect: -w', '$d inspect -f {{.Config.WorkingDir}} c1', /^\/tmp$/u),
  soak('inspect: -u', '$d inspect -f {{.Config.User}} c1', /^1:1$/u),
  soak('inspect: -h', '$d inspect -f {{.Config.Hostname}} c1', /^box$/u),
  soak('inspect: --read-only', '$d inspect -f {{.HostConfig.ReadonlyRootfs}} c1', /^true$/u),
  soak('inspect: --memory', '$d inspect -f {{.HostConfig.Memory}} c1', /^67108864$/u),
  soak('inspect: --restart', '$d inspect -f {{.HostConfig.RestartPolicy.Name}} c1', /^always$/u),
  soak('inspect: --add-host', '$d inspect -f {{.HostConfig.ExtraHosts}} c1', /other:10\.0\.0\.1/u),
  soak('inspect: --tmpfs', '$d inspect -f "{{json .HostConfig.Tmpfs}}" c1', /"\/t"/u),
  soak(
    'inspect: network mode',
    '$d inspect -f {{.HostConfig.NetworkMode}} c1',
    /^(?:default|bridge)$/u,
  ),
  soak(
    'update',
    '$d update --restart no c1 && $d inspect -f {{.HostConfig.RestartPolicy.Name}} c1',
    /^c1\nno$/u,
  ),
  soak(
    'create: a name twice',
    '$d create --name c1 $IMAGE 2>&1',
    /The container name "\/c1" is already in use/u,
  ),
  feature('rename', '$d rename c1 c2 && $d ps -a --format {{.Names}}', /^c2$/u),
  feature('inspect: what is not there', '$d inspect c1 2>&1; echo $?', /No such object: c1\n1$/u),
  feature('rm', '$d rm c2', /^c2$/u),
  soak('rm: what is not there', '$d rm c2 2>&1; echo $?', /No such container: c2\n1$/u),
  soak(
    'container prune',
    '$d create --name p $IMAGE >/dev/null; $d container prune -f | grep -c "^[0-9a-f]\\{64\\}"; $d ps -aq',
    /^1$/u,
  ),
];

const running = [
  feature(
    'run -d -p',
    '$d run -d --name web -p $PORT:80 $IMAGE sh -c "echo up; mkdir /w; echo hello > /w/index.html; exec httpd -f -p 80 -h /w"',
    /^[0-9a-f]{64}$/u,
  ),
  feature('a published port on localhost', 'wget -qO- http://localhost:$PORT/', /^hello$/u),
  feature('port', '$d port web 80/tcp | head -1; echo $PORT', /^0\.0\.0\.0:(\d+)\n\1$/u),
  feature(
    'ps: ports',
    '$d ps --format {{.Ports}}; echo $PORT',
    /0\.0\.0\.0:(\d+)->80\/tcp.*\n\1$/u,
  ),
  feature('ps -f publish=', '$d ps -f publish=$PORT --format {{.Names}}', /^web$/u),
  soak(
    'inspect: ports',
    '$d inspect -f "{{(index (index .NetworkSettings.Ports \\"80/tcp\\") 0).HostPort}}" web; echo $PORT',
    /^(\d+)\n\1$/u,
  ),
  soak(
    'inspect: address at the top',
    '$d inspect -f {{.NetworkSettings.IPAddress}} web',
    /^\d+\.\d+\.\d+\.\d+$/u,
  ),
  soak('info: one runs', '$d info -f {{.ContainersRunning}}', /^1$/u),
  feature(
    'run -p: a port twice',
    '$d run -d --name twice -p $PORT:80 $IMAGE 2>&1; echo $?',
    /port is already allocated[\s\S]*\n125$/u,
  ),
  feature(
    '… leaves it created',
    '$d ps -a -f name=twice --format {{.State}}; $d rm twice',
    /^created\ntwice$/u,
  ),
  soak('logs', '$d logs web', /^up$/u),
  soak('logs --tail 0', '$d logs --tail 0 web', /^$/u),
  feature('exec', '$d exec web echo out', /^out$/u),
  feature('exec -i', 'echo piped | $d exec -i web cat', /^piped$/u),
  soak(
    'exec -e -w -u',
    '$d exec -e K=v -w /tmp -u 5 web sh -c "echo \\$K; pwd; id -u"',
    /^v\n\/tmp\n5$/u,
  ),
  feature('exec: exit code', '$d exec web sh -c "exit 7"; echo $?', /^7$/u),
  soak('exec: no such program', '$d exec web nothing >/dev/null 2>&1; echo $?', /^12[67]$/u),
  soak('exec -t', '$d exec -t web echo tty', /^tty\r?$/u),
  soak(
    'exec -d',
    '$d exec -d web touch /tmp/later; until $d exec web test -e /tmp/later; do :; done; echo there',
    /^there$/u,
  ),
  soak('exec --privileged', '$d exec --privileged web true 2>&1', /rule privileged/u),
  soak('top', '$d top web', /httpd/u),
  soak('stats --no-stream', '$d stats --no-stream --format {{.Name}} web', /^web$/u),
  soak('diff', '$d diff web', /^A \/w$/mu),
  feature('cp out', '$d cp web:/w/index.html - | tar xO', /^hello$/u),
  feature(
    'cp in',
    'echo new > $TMP/page; $d cp $TMP/page web:/w/page; $d exec web cat /w/page',
    /new$/u,
  ),
  soak('cp: a tar in', 'tar c -C $TMP page | $d cp - web:/tmp; $d exec web cat /tmp/page', /new$/u),
  soak('export', '$d export web | tar t | grep -c ^w/index.html', /^1$/u),
  soak(
    'pause, unpause',
    '$d pause web; $d ps -f status=paused --format {{.Names}}; $d unpause web',
    /^web\nweb\nweb$/u,
  ),
  feature(
    'commit',
    '$d commit web made:here | cut -c1-7; $d images -q made | wc -l',
    /^sha256:\n1$/u,
  ),
  soak('restart', '$d restart -t 0 web; wget -qO- http://localhost:$PORT/', /^web\nhello$/u),
  feature('kill', '$d kill web; $d wait web', /^web\n137$/u),
  feature(
    'the port is free when it is stopped',
    'wget -qO- http://localhost:$PORT/ 2>/dev/null; echo $?',
    /^[1-9]\d*$/u,
  ),
  soak('port: none when it is stopped', '$d port web', /^$/u),
  feature('start', '$d start web; wget -qO- http://localhost:$PORT/', /^web\nhello$/u),
  feature(
    'stop, and its port for the next',
    '$d stop -t 0 web && $d create --name next -p 127.0.0.1:$PORT:80 $IMAGE true >/dev/null && $d start next',
    /^web\nnext$/u,
  ),
  feature('wait', '$d wait next', /^0$/u),
  feature('rm -f', '$d rm -f web next | xargs', /^web next$/u),
  feature('run --rm -i', 'echo stdin | $d run --rm -i $IMAGE cat; $d ps -aq', /^stdin$/u),
  soak(
    'run: exit code and stderr',
    '$d run --rm $IMAGE sh -c "echo err >&2; exit 9" 2>&1; echo $?',
    /^err\n9$/u,
  ),
  soak('run: no such program', '$d run --rm $IMAGE nothing >/dev/null 2>&1; echo $?', /^127$/u),
  feature(
    'run: no such image',
    '$d run --rm --pull never no/such:image 2>&1; echo $?',
    /No such image: no\/such:image[\s\S]*125$/u,
  ),
];

const networks = [
  feature('network create', '$d network create --label n=1 net', /^[0-9a-f]{64}$/u),
  soak(
    'network create: a name twice',
    '$d network create net 2>&1',
    /network with name net already exists/u,
  ),
  soak('network create: predefined', '$d network create bridge 2>&1', /predefined/u),
  soak('network ls -f', '$d network ls -f name=net -f label=n=1 --format {{.Name}}', /^net$/u),
  soak(
    'network inspect',
    '$d network inspect -f "{{.Name}} {{json .Labels}}" net',
    /^net \{"n":"1"\}$/u,
  ),
  soak('network inspect bridge', '$d network inspect -f "{{.Name}}" bridge', /^bridge$/u),
  feature(
    'containers find each other by name, alias and link',
    '$d run -d --name peer --network net --network-alias buddy $IMAGE >/dev/null; $d run --rm --network net --link peer:friend $IMAGE sh -c "for n in peer buddy friend; do ping -c1 -W5 \\$n >/dev/null && echo \\$n; done"',
    /^peer\nbuddy\nfriend$/u,
  ),
  feature(
    'network connect',
    '$d network connect bridge peer && $d inspect -f "{{range \\$k, \\$v := .NetworkSettings.Networks}}{{\\$k}} {{end}}" peer',
    /^bridge net$/u,
  ),
  feature(
    'network inspect: its containers',
    '$d network inspect -f "{{range .Containers}}{{.Name}}{{end}}" net',
    /^peer$/u,
  ),
  feature(
    'network disconnect',
    '$d network disconnect bridge peer && $d ps --format {{.Networks}}',
    /^net$/u,
  ),
  feature('network rm: in use', '$d network rm net 2>&1', /has active endpoints/u),
  soak(
    'run --network container:',
    '$d run --rm --network container:peer $IMAGE hostname; $d ps -q',
    /^([0-9a-f]{12})\n\1$/u,
  ),
  feature('rm by ps -q', '$d rm -f $($d ps -aq) | wc -l', /^1$/u),
  feature('network rm', '$d network rm net', /^net$/u),
  soak('network prune', '$d network create other >/dev/null; $d network prune -f', /other/u),
  soak('network rm bridge', '$d network rm bridge 2>&1', /pre-defined/u),
];

const volumes = [
  feature('volume create', '$d volume create --label v=1 vol', /^vol$/u),
  soak('volume ls -f', '$d volume ls -q -f name=vol -f label=v=1', /^vol$/u),
  soak(
    'volume inspect',
    '$d volume inspect -f "{{.Name}} {{json .Labels}}" vol',
    /^vol \{"v":"1"\}$/u,
  ),
  soak('volume inspect: what is not there', '$d volume inspect nothing 2>&1', /no such volume/iu),
  feature(
    'run -v: a volume, a folder of /tmp, an anonymous one',
    '$d run --name vols -v vol:/vol -v /tmp/bound:/bound -v /anon $IMAGE sh -c "echo 1 >/vol/f; echo 2 >/bound/f; echo 3 >/anon/f"; cat $TMP/bound/f',
    /^2$/u,
  ),
  feature(
    'inspect: binds',
    '$d inspect -f "{{.HostConfig.Binds}}" vols',
    /^\[(?:vol:\/vol \/tmp\/bound:\/bound|\/tmp\/bound:\/bound vol:\/vol)\]$/u,
  ),
  feature(
    'inspect: mounts',
    '$d inspect -f "{{range .Mounts}}{{.Type}} {{.Name}} {{.Source}};{{end}}" vols',
    /bind {2}\/tmp\/bound;/u,
  ),
  soak(
    'run --volumes-from',
    '$d run --rm --volumes-from vols $IMAGE cat /vol/f /bound/f /anon/f | xargs',
    /^1 2 3$/u,
  ),
  soak('ps -f volume=', '$d ps -a -f volume=vol --format {{.Names}}', /^vols$/u),
  soak(
    'run --mount',
    '$d create --mount type=bind,source=/tmp/bound,target=/b --mount type=volume,source=vol,target=/v --name m $IMAGE >/dev/null; $d cp m:/v/f - | tar xO; $d rm m',
    /^1\nm$/u,
  ),
  soak('volume rm: in use', '$d volume rm vol 2>&1', /in use/u),
  feature('rm -v', '$d rm -v vols; $d volume ls -q', /^vols\nvol$/u),
  feature('volume rm', '$d volume rm vol; $d volume ls -q', /^vol$/u),
  soak('volume create, anonymous', '$d volume create', /^[0-9a-f]{64}$/u),
  soak(
    'volume prune',
    '$d volume create >/dev/null; $d volume prune -f | grep -c "^[0-9a-f]\\{64\\}"',
    /^[12]$/u,
  ),
  soak(
    'volume create --opt',
    '$d volume create --opt type=none --opt o=bind --opt device=/etc x 2>&1',
    /rule volume\.driver/u,
  ),
];

const images = [
  feature('tag', '$d tag $IMAGE team/app:1 && $d images --format {{.Tag}} team/app', /^1$/u),
  soak('images -f reference=', '$d images -q -f "reference=team/*" | wc -l', /^1$/u),
  soak('image inspect', '$d image inspect -f "{{.RepoTags}}" team/app:1', /team\/app:1/u),
  soak('history', '$d history -q team/app:1 | wc -l', /^[1-9]/u),
  soak(
    'run a tag of its own',
    '$d create --name tagged team/app:1 >/dev/null; $d ps -a --format {{.Image}}; $d rm tagged',
    /^team\/app:1\ntagged$/u,
  ),
  feature(
    'save, load',
    '$d save team/app:1 > $TMP/saved; $d rmi team/app:1 >/dev/null; $d load < $TMP/saved',
    /^Loaded image: team\/app:1$/u,
  ),
  soak(
    'import',
    'tar c -C $TMP page | $d import - plain:1 | cut -c1-7; $d images -q plain | wc -l',
    /^sha256:\n1$/u,
  ),
  feature(
    'build, from a tag of its own',
    'printf "FROM team/app:1\\nCOPY page /\\nRUN cat /page > /copied\\n" > $TMP/Dockerfile; DOCKER_BUILDKIT=0 $d build -t built:1 $TMP 2>&1 | tail -1; $d run --rm built:1 cat /copied',
    /^Successfully tagged built:1\nnew$/u,
  ),
  feature(
    'build by BuildKit, from a tag of its own',
    'printf "FROM team/app:1\\nCOPY page /\\nRUN cat /page > /kit\\n" > $TMP/Dockerfile; DOCKER_BUILDKIT=1 $k build -q -t kit:1 $TMP | cut -c1-7; $d images -q kit | wc -l; $d images team/app --format {{.Tag}}',
    /^sha256:\n1\n1$/u,
  ),
  soak(
    'build: that fails leaves nothing',
    'printf "FROM team/app:1\\nRUN false\\n" > $TMP/Dockerfile; DOCKER_BUILDKIT=0 $d build $TMP >/dev/null 2>&1; echo $?; $d ps -aq',
    /^1$/u,
  ),
  soak(
    'build --network host',
    'DOCKER_BUILDKIT=0 $d build --network host $TMP 2>&1',
    /rule net\.host/u,
  ),
  feature('rmi of its own', '$d rmi built:1 | head -1; $d images -q built', /^Untagged: built:1$/u),
  feature(
    'rmi of one that is shared',
    '$d rmi $IMAGE >/dev/null; $d create $IMAGE 2>&1 | head -1',
    /No such image|Unable to find image/u,
  ),
  soak('image prune', '$d image prune -af', /reclaimed space: 0B/u),
  soak('builder prune', '$d builder prune -f', /^(?:Total|ERROR|Error).*|^$/u),
  feature('push', '$d push team/app:1 2>&1', /rule push/u),
];

const rest = [
  soak(
    'events',
    '$d create --name seen team/app:1 >/dev/null; $d network create seen-net >/dev/null; $d events --since 60s --until=-1s -f event=create --format "{{.Type}} {{.Actor.Attributes.name}}" | tail -2; $d rm seen; $d network rm seen-net',
    /^container seen\nnetwork seen-net\nseen\nseen-net$/u,
  ),
  soak(
    'system df',
    '$d system df --format "{{.Type}} {{.TotalCount}}" | grep -i volumes',
    /volumes 0/iu,
  ),
  soak('system prune', '$d system prune -af --volumes', /reclaimed space/u),
  soak(
    'run --privileged',
    '$d run --privileged team/app:1 2>&1; echo $?',
    /rule privileged[\s\S]*125$/u,
  ),
  soak('run -v /etc', '$d run -v /etc:/host team/app:1 2>&1', /rule bind\.path/u),
];

export const features: readonly Feature[] = [
  ...system,
  ...created,
  ...running,
  ...networks,
  ...volumes,
  ...images,
  ...rest,
];
