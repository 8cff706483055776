/**
 * Build arguments end up in the history of an image and in the names of build steps. A value whose name says
 * that it is a secret is therefore worth a warning, and is kept out of everything we print.
 */
const SECRET_NAME =
  /(?:^|_)(?:TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|PWD|PASS|CREDENTIALS?|AUTH|(?:API|PRIVATE|ACCESS|SIGNING|SSH)_?KEY)(?:$|_)/iu;
/** A shorter value would blank out ordinary words. */
const MIN_SECRET_LENGTH = 4;

export function looksSecret(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** One sentence for each build argument that should not be one. */
export function secretArgWarnings(args: Readonly<Record<string, string>>): readonly string[] {
  return Object.keys(args)
    .filter(looksSecret)
    .map(
      (name) =>
        `The build argument ${name} looks like a secret: everyone who has the image can read it in the image's history.`,
    );
}

/** Puts `***` where the value of a secret-looking argument stands. */
export function redactor(args: Readonly<Record<string, string>>): (text: string) => string {
  const secrets = Object.entries(args)
    .filter(([name, value]) => looksSecret(name) && value.length >= MIN_SECRET_LENGTH)
    .map(([, value]) => value)
    // The longest first: one secret may be part of another.
    .sort((a, b) => b.length - a.length);
  return (text) => secrets.reduce((redacted, secret) => redacted.replaceAll(secret, '***'), text);
}
