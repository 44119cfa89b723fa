/** `oncehook verify` recognises a body that was changed on its way, and names the form in which it was signed. */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import stripe from '../../lambdas/providers/stripe.ts';
import { bodyForms } from '../../ops/body-forms.ts';
import { BODY, causesOf, SIGNED_AT, signed } from './captured-request.ts';

const SECRET = 'whsec_oKKGlCcY7vsX5WRTrBAtUOOlyM9NIsFi';

/** As another program would have written the body. */
const anew = {
  pretty: (indent: number) => JSON.stringify(JSON.parse(BODY), null, indent),
  python: BODY.replace(/(?<=["\d\]}e]),(?=")/g, ', ').replace(/":/g, '": '),
  ascii: (text: string) => text.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  slashes: (text: string) => text.replaceAll('/', '\\/'),
  html: (text: string) => text.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e').replaceAll('&', '\\u0026'),
};

describe('a body that was changed on its way', () => {
  it.each([
    ['was indented', BODY, anew.pretty(2), 'the same JSON without white space'],
    ['lost its indentation', anew.pretty(2), BODY, 'the same JSON indented by two spaces'],
    ['lost an indentation of four', anew.pretty(4), BODY, 'the same JSON indented by four spaces'],
    ['lost the spaces that Python writes', anew.python, BODY, 'with a space after each comma and colon'],
    ['lost the escaped slashes of PHP', anew.slashes(BODY), BODY, 'with \\/ for each slash, as PHP'],
    ['lost both kinds of escapes of PHP', anew.ascii(anew.slashes(BODY)), BODY, 'with \\/ for each slash and \\u escapes'],
    ['lost its escapes and its spaces', anew.ascii(anew.python), BODY, 'as Python writes it and with \\u escapes for what is not ASCII'],
    ['lost the escapes of Go', anew.html(BODY), anew.pretty(2), 'without white space and with \\u escapes for <, > and &'],
    ['got escapes', BODY, anew.ascii(BODY), 'with every character as itself'],
    ['got a line break', BODY, `${BODY}\n`, 'without the line break at the end of the body'],
    ['got a line break of Windows', BODY, `${BODY}\r\n`, 'without the line break at the end of the body'],
    ['lost its line break', `${BODY}\n`, BODY, 'with a line break at the end of the body'],
    ['lost its line break of Windows', `${BODY}\r\n`, BODY, 'with a line break at the end of the body'],
    ['got CRLF', anew.pretty(2), anew.pretty(2).replaceAll('\n', '\r\n'), 'with LF line breaks instead of CRLF'],
    ['lost its CRLF', anew.pretty(2).replaceAll('\n', '\r\n'), anew.pretty(2), 'with CRLF line breaks instead of LF'],
    ['got a byte order mark', BODY, `\uFEFF${BODY}`, 'without the byte order mark'],
    ['lost its byte order mark', `\uFEFF${BODY}`, BODY, 'with a byte order mark'],
    ['is still in base64', BODY, Buffer.from(BODY).toString('base64'), 'the bytes that this body is the base64 of'],
    ['was coded twice', '{"note":"café"}', Buffer.from('{"note":"café"}').toString('latin1'), 'took UTF-8 for Latin-1'],
    ['became a JSON string', BODY, JSON.stringify(BODY), 'the text inside the quotes'],
  ])('that %s is named with the form that would have been right', async (_, sent, received, says) => {
    const { headers } = signed(stripe, { secret: SECRET, body: sent });
    const out = await causesOf('stripe', { secrets: SECRET, headers, body: received });
    expect(out).toContain(says);
    expect(out.match(/^- /gm)).toHaveLength(1);
  });

  it('and is too old as well has both causes named', async () => {
    const { headers } = signed(stripe, { secret: SECRET });
    const out = await causesOf('stripe', { secrets: SECRET, headers, body: `${BODY}\n` }, ['--at', String(SIGNED_AT + 400)]);
    expect(out).toContain('without the line break at the end');
    expect(out).toContain('is 400 s before the time of the check');
  });

  it('keeps numbers as they are written, which no parser would', async () => {
    const { headers } = signed(stripe, { secret: SECRET, body: '{"amount":10.50,"big":12345678901234567890,"e":1E2}' });
    const received = '{\n "amount" : 10.50, "big":12345678901234567890, "e":1E2 }';
    expect(await causesOf('stripe', { secrets: SECRET, headers, body: received })).toContain('the same JSON without white space');
  });

  it('has every form that JSON.stringify gives among those that are tried', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 })), fc.constantFrom(undefined, 2, 4), (document, indent) => {
        const text = JSON.stringify(document, null, 1);
        const forms = [...bodyForms(Buffer.from(text))].map(({ body }) => Buffer.from(body).toString());
        expect(forms).toContain(JSON.stringify(document, null, indent));
        expect(forms.length).toBeLessThan(50);
      }),
      { seed: 1 },
    );
  });

  it.each([
    ['text', 'nothing'],
    ['half an object', '{"a":1'],
    ['a list', '[1]'],
    ['nested too deep to be written anew', `${'{"a":'.repeat(70)}1${'}'.repeat(70)}`],
    ['no text', Buffer.from([0xff, 0xfe, 0x00])],
  ])('that is %s is not taken for an object that was written anew', async (_, body) => {
    const { headers } = signed(stripe, { secret: SECRET });
    expect(await causesOf('stripe', { secrets: SECRET, headers, body })).toContain('No usual change explains it');
  });
});
