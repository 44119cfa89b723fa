/** Judges a chain of X.509 certificates in PEM: whether its first one is in force and leads to a trusted root. */
import { X509Certificate } from 'node:crypto';
import { CERTIFICATE_CHAIN_ITEMS_MAX } from './limits.ts';

/** Certificates in PEM that are trusted because they are here. A network that has them hands them on; without any, nothing is trusted. */
export type TrustedRoots = { readonly roots?: readonly string[] | undefined };

export type ChainVerdict =
  /** `names` are the common name and the DNS names of the first certificate, in lower case; `publicKey` is its key as SPKI in PEM. */
  | { readonly kind: 'trusted'; readonly names: readonly string[]; readonly publicKey: string }
  /** The first certificate is not valid yet, or no longer. */
  | { readonly kind: 'not-in-force' }
  /** No certificates, or too many. */
  | { readonly kind: 'malformed' }
  /** Some certificate above the first is missing, out of force or no authority, a signature is wrong, or the root is not trusted. */
  | { readonly kind: 'untrusted' };

/** The first certificate of the text is the one that is judged; the others may stand in any order. Revocation is not looked at. Never throws. */
export function judgeChain(pem: string, { roots = [], nowMillis }: TrustedRoots & { readonly nowMillis: number }): ChainVerdict {
  const certificates = certificatesIn(pem);
  const [leaf, ...others] = certificates ?? [];
  if (leaf === undefined) return { kind: 'malformed' };
  if (!isInForce(leaf, nowMillis)) return { kind: 'not-in-force' };
  const authorities = others.filter((one) => one.ca && isInForce(one, nowMillis));
  const trusted = roots.flatMap((root) => certificatesIn(root) ?? []).filter((one) => one.ca && isInForce(one, nowMillis));
  if (!leadsTo(trusted, leaf, authorities)) return { kind: 'untrusted' };
  return { kind: 'trusted', names: namesOf(leaf), publicKey: leaf.publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}

/** Undefined for a text without certificates, with too many, or with one that cannot be read. */
function certificatesIn(pem: string): readonly X509Certificate[] | undefined {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0 || blocks.length > CERTIFICATE_CHAIN_ITEMS_MAX) return undefined;
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return undefined;
  }
}

/** Every way up is tried: an authority may be there twice, signed by an old root and by a new one. */
function leadsTo(roots: readonly X509Certificate[], certificate: X509Certificate, others: readonly X509Certificate[]): boolean {
  if (roots.some((root) => isIssuedBy(certificate, root))) return true;
  return others.some(
    (issuer) =>
      isIssuedBy(certificate, issuer) &&
      leadsTo(
        roots,
        issuer,
        others.filter((other) => other !== issuer),
      ),
  );
}

/** `checkIssued` compares names and what the issuer's key may be used for; only `verify` proves anything. */
function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function isInForce({ validFromDate, validToDate }: X509Certificate, nowMillis: number): boolean {
  return validFromDate.getTime() <= nowMillis && nowMillis <= validToDate.getTime();
}

/** Node puts a name that could be taken for several into quotes; such a certificate has no DNS names here. */
function namesOf({ subject, subjectAltName = '' }: X509Certificate): readonly string[] {
  const common = [...subject.matchAll(/^CN=([a-z0-9.*-]+)$/gim)];
  const alternative = subjectAltName.includes('"') ? [] : [...subjectAltName.matchAll(/(?:^|, )DNS:([a-z0-9.*-]+)(?=,|$)/gi)];
  return [...common, ...alternative].map(([, name = '']) => name.toLowerCase());
}
