/** The forms in which a URL or the headers of a request may have been meant, before a proxy or a setting changed them. */
import type { WebhookRequest } from '../lambdas/core/provider.ts';

export type UrlForm = {
  readonly url: string;
  /** What follows "The signature fits …". */
  readonly fits: string;
};

type Headers = WebhookRequest['headers'];

export type HeaderForm = {
  readonly headers: Headers;
  /** What follows "The signature fits …". */
  readonly fits: string;
};

/** Every combination of what is usually mistaken, the fewest changes first. The URL is text to a provider: it is not normalised. */
export function urlForms(url: string): readonly UrlForm[] {
  const [, scheme = '', host = '', path = '', query = ''] = /^(https?):\/\/([^/?#]*)([^?#]*)(\?[^#]*)?/.exec(url) ?? [];
  if (scheme === '') return [];
  const axes: readonly (readonly Choice[])[] = [
    [kept(scheme), scheme === 'https' ? ['http', 'with http instead of https'] : ['https', 'with https instead of http']],
    choices(host, [host.replace(/:\d+$/, ''), 'without its port'], [host.toLowerCase(), 'with its host in lower case']),
    [kept(path), path.endsWith('/') ? [path.slice(0, -1), 'without the slash at its end'] : [`${path}/`, 'with a slash at its end']],
    choices(query, ['', 'without its query']),
  ];
  const combined = axes.reduce<readonly (readonly Choice[])[]>(
    (before, axis) => before.flatMap((chosen) => axis.map((choice) => [...chosen, choice])),
    [[]],
  );
  const forms = combined.map((chosen) => ({ parts: chosen.map(([part]) => part), changes: chosen.flatMap(([, change]) => change ?? []) }));
  return forms
    .filter(({ changes }) => changes.length > 0)
    .sort((a, b) => a.changes.length - b.changes.length)
    .map(({ parts: [newScheme, newHost, newPath, newQuery], changes }) => ({
      url: `${newScheme}://${newHost}${newPath}${newQuery}`,
      fits: `when the URL is taken ${changes.join(' and ')}: it must be the one that stands at the provider (\`url\` of the source)`,
    }));
}

/** A part of the URL and what is different in it, undefined where it is kept. */
type Choice = readonly [string, string | undefined];

function kept(part: string): Choice {
  return [part, undefined];
}

function choices(part: string, ...others: readonly Choice[]): readonly Choice[] {
  return [kept(part), ...others.filter(([other]) => other !== part)];
}

/** Each changes all headers at once, since what changes one on its way changes the others as well. */
export function headerForms(headers: Headers): readonly HeaderForm[] {
  const values = (change: (value: string) => string): Headers =>
    Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, change(value)]));
  const forms: readonly HeaderForm[] = [
    { headers: values(unwrapped), fits: 'when the quotes and the white space around the header values are removed' },
    { headers: values((value) => halves(value)[0]), fits: `when a header that came twice counts once${JOINED}` },
    { headers: values((value) => halves(value)[1]), fits: `when of a header that came twice the last one counts${JOINED}` },
    {
      headers: values((value) => value.replace(/[0-9A-Fa-f]{32,}/g, (hex) => hex.toLowerCase())),
      fits: 'when the hex digits in the header are lower case: something rewrote it',
    },
    { headers: renamed(headers), fits: 'when the headers have their own names: something renamed them, for example to http_x_signature' },
  ];
  const before = JSON.stringify(headers);
  return forms.filter((form) => JSON.stringify(form.headers) !== before);
}

const JOINED = ': something sent it twice, and both were joined by a comma';

function unwrapped(value: string): string {
  const trimmed = value.trim();
  return /^(["'])(.*)\1$/s.exec(trimmed)?.[2]?.trim() ?? trimmed;
}

/** Two values of one form that were joined: they have as many commas each. A text that is no two values is both halves. */
function halves(value: string): readonly [string, string] {
  const parts = value.split(',');
  if (parts.length % 2 !== 0) return [value, value];
  const half = (from: number) => parts.slice(from, from + parts.length / 2).join(',');
  return [half(0), half(parts.length / 2).trim()];
}

function renamed(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.replaceAll('_', '-').replace(/^http-/, ''), value]));
}
