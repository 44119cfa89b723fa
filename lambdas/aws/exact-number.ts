/** Reads a number of DynamoDB: counters can outgrow 2^53, and their digits are kept as a bigint instead of being rounded. */
export function exactNumber(text: string): number | bigint {
  const number = Number(text);
  return !Number.isSafeInteger(number) && /^-?\d+$/.test(text) ? BigInt(text) : number;
}
