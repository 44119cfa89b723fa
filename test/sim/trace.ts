/** What happened in a seed, line by line: kept only when a seed is played again, since the same seed gives the same lines. */

export type Trace = {
  readonly on: boolean;
  /** `about` names the event or the message it is about, so that a failing event can be followed. */
  note(who: string, what: string, about?: string): void;
  lines(): readonly TraceLine[];
};

export type TraceLine = { readonly atMillis: number; readonly who: string; readonly what: string; readonly about: string };

export function createTrace(on: boolean, nowMillis: () => number): Trace {
  const lines: TraceLine[] = [];
  return {
    on,
    note: (who, what, about = '') => {
      if (on) lines.push({ atMillis: nowMillis(), who, what, about });
    },
    lines: () => lines,
  };
}

/** Times count from the first line. */
export function traceText(lines: readonly TraceLine[], startMillis: number): string {
  return lines
    .map(
      (line) => `${since(line.atMillis - startMillis)}  ${line.who.padEnd(24)} ${line.what}${line.about === '' ? '' : `  ${line.about}`}`,
    )
    .join('\n');
}

function since(millis: number): string {
  const seconds = Math.floor(millis / 1000);
  const part = (value: number, digits = 2) => String(value).padStart(digits, '0');
  const clock = `${part(Math.floor(seconds / 3600) % 24)}:${part(Math.floor(seconds / 60) % 60)}:${part(seconds % 60)}.${part(Math.floor(millis % 1000), 3)}`;
  return `${Math.floor(seconds / 86_400)}d ${clock}`;
}
