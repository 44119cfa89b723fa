/** The one place that writes to the terminal: results to standard output, errors and progress to standard error. */

/** One line of a result. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** One line for the person at the terminal that is no result: an error, a warning. */
export function printError(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** True where a line can be written over: then `rewrite` may be called often. */
export function canRewrite(): boolean {
  return process.stderr.isTTY === true;
}

/** Writes over the current line of the terminal; an empty text clears it. */
export function rewrite(text: string): void {
  process.stderr.write(`\r\u001B[2K${text}`);
}
