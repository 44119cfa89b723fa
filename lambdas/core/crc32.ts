/** CRC-32, as a provider signs it in place of the body. It notices accidents, never an attacker. */
import { crc32 } from 'node:zlib';

/** Unsigned and in decimal digits. */
export function crc32Text(bytes: Uint8Array): string {
  return String(crc32(bytes));
}
