/** Standard input as a test gives it: piped, or a terminal at which somebody types. */
import { PassThrough } from 'node:stream';

/** Runs with this text piped in. */
export async function withInput<T>(text: string, run: () => Promise<T>): Promise<T> {
  const input = new PassThrough();
  input.end(text);
  return await withStdin(input, run);
}

/** Runs at a terminal at which these keys are pressed; `echoing` says afterwards whether it would have shown them. */
export async function withTyping<T>(keys: string, run: () => Promise<T>): Promise<{ readonly result: T; readonly echoing: boolean }> {
  let isRaw = false;
  let wasRawAtKeys = false;
  const input = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: (raw: boolean) => {
      isRaw = raw;
      if (!raw) return;
      wasRawAtKeys = true;
      // Readline listens a moment later.
      setImmediate(() => input.write(keys));
    },
  });
  const result = await withStdin(input, run);
  if (isRaw) throw new Error('The terminal was left in raw mode.');
  return { result, echoing: !wasRawAtKeys };
}

async function withStdin<T>(input: PassThrough, run: () => Promise<T>): Promise<T> {
  const before = Object.getOwnPropertyDescriptor(process, 'stdin') ?? {};
  Object.defineProperty(process, 'stdin', { value: input, configurable: true });
  try {
    return await run();
  } finally {
    Object.defineProperty(process, 'stdin', before);
  }
}
