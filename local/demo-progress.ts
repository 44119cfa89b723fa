/** A progress line: written over in place on a terminal, otherwise a line for each quarter. */
import { canRewrite, printError, rewrite } from '../ops/terminal.ts';

type Progress = {
  show(done: number): void;
  /** Leaves the line behind. */
  end(): void;
};

function createProgress(what: string, total: number): Progress {
  const inPlace = canRewrite();
  let quarters = 0;
  return {
    show: (done) => {
      const text = `${what} ${done}/${total}`;
      if (inPlace) rewrite(text);
      else if (Math.floor((done * 4) / total) > quarters) {
        quarters = Math.floor((done * 4) / total);
        printError(text);
      }
    },
    end: () => {
      if (inPlace) rewrite('');
    },
  };
}

/** The line is gone when the work is done, also where it fails. */
export async function withProgress<T>(what: string, total: number, work: (show: (done: number) => void) => Promise<T>): Promise<T> {
  const progress = createProgress(what, total);
  try {
    return await work(progress.show);
  } finally {
    progress.end();
  }
}
