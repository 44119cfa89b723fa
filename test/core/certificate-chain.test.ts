import { rootCertificates } from 'node:tls';
import { describe, expect, it } from '@jest/globals';
import { judgeChain } from '../../lambdas/core/certificate-chain.ts';
import { CERTIFICATE_CHAIN_ITEMS_MAX } from '../../lambdas/core/limits.ts';
import { type CertificateOptions, ecKeys, makeCertificate, rsaKeys } from './made-certificates.ts';

const nowMillis = Date.parse('2026-11-24T00:00:00Z');

const root = makeCertificate({ name: 'Root', authority: true });
const authority = makeCertificate({ name: 'Authority', issuer: root, authority: true });
const leafOf = (options: Partial<CertificateOptions> = {}) =>
  makeCertificate({ name: 'messages.paypal.com', keys: rsaKeys(), issuer: authority, ...options });
const leaf = leafOf();

const judge = (certificates: readonly { readonly pem: string }[], roots = [root]) =>
  judgeChain(certificates.map(({ pem }) => pem).join('\n'), { roots: roots.map(({ pem }) => pem), nowMillis });

describe('a chain of certificates', () => {
  it('is trusted where it leads to a trusted root, and gives the key and the names of its first certificate', () => {
    expect(judge([leaf, authority])).toEqual({
      kind: 'trusted',
      names: ['messages.paypal.com'],
      publicKey: leaf.keys.publicKey.export({ type: 'spki', format: 'pem' }),
    });
  });

  it('may hold the root as well, and its certificates above the first in any order', () => {
    const lower = makeCertificate({ name: 'Lower', issuer: authority, authority: true });
    const below = leafOf({ issuer: lower });
    for (const above of [
      [lower, authority],
      [root, authority, lower],
    ]) {
      expect(judge([below, ...above])).toMatchObject({ kind: 'trusted' });
    }
  });

  it('may be signed with RSA as well, and may end below the root itself', () => {
    const rsaRoot = makeCertificate({ name: 'RSA Root', keys: rsaKeys(), authority: true });
    expect(judge([leafOf({ issuer: rsaRoot })], [root, rsaRoot])).toMatchObject({ kind: 'trusted' });
  });

  it('is trusted by any of its ways: an authority may be there twice, signed by an old root and by a new one', () => {
    const old = makeCertificate({ name: 'Old Root', authority: true });
    const crossed = makeCertificate({ name: 'Authority', keys: authority.keys, issuer: old, authority: true });
    expect(judge([leaf, crossed, authority])).toMatchObject({ kind: 'trusted' });
    expect(judge([leaf, crossed, authority], [old])).toMatchObject({ kind: 'trusted' });
  });
});

describe('a chain is not trusted', () => {
  it('that leads to a root of nobody, however right it is in itself', () => {
    expect(judge([leaf, authority, root], [])).toEqual({ kind: 'untrusted' });
    expect(judge([leaf, authority, root], [makeCertificate({ name: 'Root', authority: true })])).toEqual({ kind: 'untrusted' });
  });

  it('whose authority between is missing', () => {
    expect(judge([leaf])).toEqual({ kind: 'untrusted' });
  });

  it('that consists of a certificate that signed itself, in whatever name', () => {
    const alone = makeCertificate({ name: 'messages.paypal.com', authority: true });
    expect(judge([alone])).toEqual({ kind: 'untrusted' });
  });

  it('whose issuer bears the right name and has another key', () => {
    const impostor = { ...authority, keys: ecKeys() };
    expect(judge([leafOf({ issuer: impostor }), authority])).toEqual({ kind: 'untrusted' });
  });

  it('whose issuer is no authority, though a trusted root signed it', () => {
    const customer = makeCertificate({ name: 'Customer', issuer: root });
    expect(judge([leafOf({ issuer: customer }), customer])).toEqual({ kind: 'untrusted' });
  });

  it('whose authority or root is out of force', () => {
    const expired = makeCertificate({ name: 'Expired', issuer: root, authority: true, validTo: '2026-11-23T00:00:00Z' });
    expect(judge([leafOf({ issuer: expired }), expired])).toEqual({ kind: 'untrusted' });
    const oldRoot = makeCertificate({ name: 'Old', authority: true, validTo: '2026-11-23T00:00:00Z' });
    expect(judge([leafOf({ issuer: oldRoot })], [oldRoot])).toEqual({ kind: 'untrusted' });
  });
});

describe('the first certificate', () => {
  it('counts from its first second to its last', () => {
    const short = leafOf({ validFrom: '2026-11-24T00:00:00Z', validTo: '2026-11-24T00:00:00Z' });
    expect(judge([short, authority])).toMatchObject({ kind: 'trusted' });
    for (const validity of [{ validTo: '2026-11-23T23:59:59Z' }, { validFrom: '2026-11-24T00:00:01Z' }]) {
      expect(judge([leafOf(validity), authority])).toEqual({ kind: 'not-in-force' });
    }
  });

  it('is the one that is judged, whatever stands behind it', () => {
    const other = leafOf({ name: 'other.example', issuer: { ...authority, keys: ecKeys() } });
    expect(judge([other, leaf, authority])).toEqual({ kind: 'untrusted' });
  });

  it('has its common name and its DNS names, in lower case', () => {
    const named = leafOf({ name: 'Messages.PayPal.com', dnsNames: ['a.paypal.com', 'B.example'] });
    expect(judge([named, authority])).toMatchObject({ names: ['messages.paypal.com', 'a.paypal.com', 'b.example'] });
  });

  it('has no names that are hidden in one that is none', () => {
    const odd = leafOf({ name: 'evil.example\nCN=messages.paypal.com', dnsNames: ['x, DNS:messages.paypal.com'] });
    expect(judge([odd, authority])).toMatchObject({ kind: 'trusted', names: [] });
  });
});

describe('a text that is no chain', () => {
  it.each([
    ['an empty one', ''],
    ['a page', '<html><body>Not found</body></html>'],
    ['a key', leaf.keys.publicKey.export({ type: 'spki', format: 'pem' }).toString()],
    ['a certificate that is cut off', leaf.pem.slice(0, -30)],
    ['a certificate of other bytes', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'],
  ])('is malformed: %s', (_, text) => {
    expect(judgeChain(text, { roots: [root.pem], nowMillis })).toEqual({ kind: 'malformed' });
  });

  it('is one with more certificates than any provider sends', () => {
    const most = [leaf, authority, ...Array.from({ length: CERTIFICATE_CHAIN_ITEMS_MAX - 2 }, () => root)];
    expect(judge(most)).toMatchObject({ kind: 'trusted' });
    expect(judge([...most, root])).toEqual({ kind: 'malformed' });
  });
});

it('the roots of Node are taken as they are, and trust no authority that is made here', () => {
  const roots = [...rootCertificates];
  expect(judgeChain(leaf.pem + authority.pem, { roots, nowMillis })).toEqual({ kind: 'untrusted' });
  expect(judgeChain(leaf.pem + authority.pem, { roots: [...roots, root.pem], nowMillis })).toMatchObject({ kind: 'trusted' });
});
