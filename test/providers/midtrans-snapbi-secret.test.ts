import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import snapbi from '../../lambdas/providers/midtrans-snapbi.ts';
import { NOW_SECONDS } from '../contracts/provider-fixture.ts';
import { publicKeyOf, signAsMidtrans } from './midtrans-snapbi-keys.ts';

const url = 'https://hooks.shop.example/v1.0/transfer-va/payment';
const right = publicKeyOf(7);
const body = Buffer.from('{"virtualAccountNo":"827843692824"}');
const { headers } = signAsMidtrans({ body, secret: right, nowSeconds: NOW_SECONDS, id: 'unused', url });
const request = { headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])), body };
const verdictWith = (secret: string) =>
  snapbi.verify(request, [{ id: 'right', secret }], { nowSeconds: NOW_SECONDS, toleranceSeconds: 300, url });

describe('the secret of SNAP', () => {
  it('is an RSA public key in PEM, with any white space around it', () => {
    expect(verdictWith(right)).toEqual({ valid: true, secretId: 'right' });
    expect(verdictWith(`\n ${right} \r\n`)).toEqual({ valid: true, secretId: 'right' });
  });

  it('is nothing else, and a private key least of all', () => {
    const [rsa, ec] = [generateKeyPairSync('rsa', { modulusLength: 2048 }), generateKeyPairSync('ec', { namedCurve: 'P-256' })];
    const texts = [
      rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      ec.publicKey.export({ type: 'spki', format: 'pem' }).toString(),
      right.replaceAll('\n', ''),
      right.replace('MII', 'MIJ'),
      '-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n',
    ];
    for (const secret of texts) expect(verdictWith(secret)).toEqual({ valid: false, reason: 'no-usable-secret' });
  });

  it('for the laptop has the form of one, and accepts nothing', () => {
    const made = [1, 1, 2].map((number) => snapbi.makeSecret(new Uint8Array(32).fill(number)));
    expect(made[1]).toBe(made[0]);
    expect(made[2]).not.toBe(made[0]);
    for (const secret of made) expect(verdictWith(secret)).toEqual({ valid: false, reason: 'no-match' });
  });
});
