/** Makes X.509 certificates: Node has no function for it, and the tests need chains that are wrong in one way each. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

export type KeyPair = { readonly publicKey: KeyObject; readonly privateKey: KeyObject };

export type Certificate = { readonly pem: string; readonly name: string; readonly keys: KeyPair };

export type CertificateOptions = {
  /** The common name; a certificate of its own issuer where there is no `issuer`. */
  readonly name: string;
  readonly issuer?: Certificate;
  /** @default a new pair on the curve P-256 */
  readonly keys?: KeyPair;
  readonly authority?: boolean;
  readonly dnsNames?: readonly string[];
  /** Version 4, as four numbers. */
  readonly ip?: readonly number[];
  /** ISO 8601. @default from 2026 to 2046 */
  readonly validFrom?: string;
  readonly validTo?: string;
};

export const ecKeys = (): KeyPair => generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const rsaKeys = (): KeyPair => generateKeyPairSync('rsa', { modulusLength: 2048 });

let serial = 0;

export function makeCertificate(options: CertificateOptions): Certificate {
  const { name, keys = ecKeys(), validFrom = '2026-01-01T00:00:00Z', validTo = '2046-01-01T00:00:00Z' } = options;
  const issuer = options.issuer ?? { name, keys };
  const algorithm = issuer.keys.privateKey.asymmetricKeyType === 'rsa' ? sequence(oid('1.2.840.113549.1.1.11'), NULL) : ECDSA_SHA256;
  serial += 1;
  const signed = sequence(
    der(0xa0, integer(2)),
    integer(serial),
    algorithm,
    nameOf(issuer.name),
    sequence(time(validFrom), time(validTo)),
    nameOf(name),
    keys.publicKey.export({ type: 'spki', format: 'der' }),
    ...extensions(options),
  );
  const signature = sign('sha256', signed, issuer.keys.privateKey);
  const whole = sequence(signed, algorithm, der(0x03, Buffer.from([0]), signature));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return { pem: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'), name, keys };
}

function extensions({ authority = false, dnsNames = [], ip }: CertificateOptions): Buffer[] {
  const alternatives = [...dnsNames.map((name) => der(0x82, Buffer.from(name))), ...(ip === undefined ? [] : [der(0x87, Buffer.from(ip))])];
  const list = [
    ...(authority ? [extension('2.5.29.19', sequence(TRUE), true)] : []),
    ...(alternatives.length > 0 ? [extension('2.5.29.17', sequence(...alternatives), false)] : []),
  ];
  return list.length === 0 ? [] : [der(0xa3, sequence(...list))];
}

function extension(id: string, value: Buffer, critical: boolean): Buffer {
  return sequence(oid(id), ...(critical ? [TRUE] : []), der(0x04, value));
}

function nameOf(text: string): Buffer {
  return sequence(der(0x31, sequence(oid('2.5.4.3'), der(0x0c, Buffer.from(text)))));
}

/** As GeneralizedTime, which has four digits for the year. */
function time(iso: string): Buffer {
  return der(0x18, Buffer.from(`${iso.replace(/[-:T]|\.\d+|Z/g, '')}Z`));
}

function oid(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const bytes = rest.flatMap((part) => {
    const digits = [part & 0x7f];
    for (let high = part >> 7; high > 0; high >>= 7) digits.unshift((high & 0x7f) | 0x80);
    return digits;
  });
  return der(0x06, Buffer.from([first * 40 + second, ...bytes]));
}

/** Up to 32,767. */
function integer(value: number): Buffer {
  return der(0x02, Buffer.from(value < 0x80 ? [value] : [value >> 8, value & 0xff]));
}

function sequence(...parts: readonly Uint8Array[]): Buffer {
  return der(0x30, ...parts);
}

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), content]);
}

const NULL = Buffer.from([0x05, 0x00]);
const TRUE = Buffer.from([0x01, 0x01, 0xff]);
const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'));
