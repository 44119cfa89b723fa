/** Which texts may stand in a message's attributes: what can be seen, which is also what SQS takes (SendMessage API reference). */

/** No control or format characters, no halves of a character, no line separators, nothing Unicode has no character for; never empty. */
export function isPrintable(text: string): boolean {
  return /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{NChar}]+$/u.test(text);
}
