/** Whether a host name or address is the container itself, for whoever asks from inside of it. */
export function isLocalHost(host: string): boolean {
  const name = host.replaceAll(/^\[|\]$/gu, '').toLowerCase();
  return (
    ['localhost', '0.0.0.0', '::', '::1', ''].includes(name) || /^127(?:\.\d{1,3}){3}$/u.test(name)
  );
}
