/** The forms in which a secret may have been meant, before it was copied or stored another way. */

export type SecretForm = {
  readonly secret: string;
  /** What follows "The signature fits …". */
  readonly fits: string;
};

/** The plainest first, and each text once. */
export function secretForms(secret: string): readonly SecretForm[] {
  const forms = [...copiedForms(secret), ...prefixForms(secret), ...keyForms(unquoted(secret.trim()))];
  const seen = new Set([secret, '']);
  return forms.flatMap(([text, fits]) => {
    if (seen.has(text)) return [];
    seen.add(text);
    return [{ secret: text, fits }];
  });
}

type Form = readonly [string, string];

function copiedForms(secret: string): readonly Form[] {
  const trimmed = secret.trim();
  return [
    [secret.replace(/[\r\n]+$/, ''), 'when the line break at the end of the secret is removed'],
    [trimmed, 'when the white space around the secret is removed'],
    [unquoted(trimmed), 'when the quotes around the secret are removed'],
    [secret.replace(/[\s\p{Cf}]/gu, ''), 'when the white space and the invisible characters in the secret are removed'],
    [`${secret}\n`, 'when a line break stands at the end of the secret: the sender signs with one, probably by mistake'],
    [secret.toLowerCase(), 'when the letters of the secret are lower case'],
    [secret.toUpperCase(), 'when the letters of the secret are upper case'],
  ];
}

function unquoted(text: string): string {
  return /^(["'`])(.*)\1$/s.exec(text)?.[2] ?? text;
}

function prefixForms(secret: string): readonly Form[] {
  const trimmed = unquoted(secret.trim());
  return trimmed.startsWith('whsec_')
    ? [[trimmed.slice('whsec_'.length), 'when whsec_ at the start of the secret is removed']]
    : [[`whsec_${trimmed}`, 'when whsec_ stands before the secret']];
}

/** The bytes that the secret may stand for, each written in every way in which a provider may take a secret. */
function keyForms(secret: string): readonly Form[] {
  const bare = secret.replace(/^whsec_/, '');
  const base64 = Buffer.from(bare, 'base64');
  const readings: readonly (readonly [Buffer, string])[] = [
    [Buffer.from(secret), 'the text of the secret as it stands'],
    [Buffer.from(bare), 'the text of the secret behind whsec_'],
    // Also without its padding or in the letters for URLs, both of which Node takes.
    ...(/^[\w+/-]+=*$/.test(bare) ? [[base64, 'what the secret says in base64'] as const] : []),
    ...(/^(?:[0-9a-fA-F]{2})+$/.test(secret) ? [[Buffer.from(secret, 'hex'), 'what the secret says in hex'] as const] : []),
  ];
  return readings.flatMap(([key, reading]) =>
    writings(key).map(([text, writing]): Form => [text, `when the key is ${reading}: for this provider write it as ${writing}`]),
  );
}

function writings(key: Buffer): readonly Form[] {
  const text = key.toString('utf8');
  return [
    ...(Buffer.from(text).equals(key) ? [[text, 'that text'] as const] : []),
    [key.toString('base64'), 'padded base64'],
    [`whsec_${key.toString('base64')}`, 'whsec_ and padded base64'],
    [key.toString('hex'), 'hex'],
  ];
}
