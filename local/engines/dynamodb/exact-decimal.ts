/** DynamoDB's numbers: 38 significant digits from 1E-130 to 9.9E+125, in decimal and without rounding. */
import { validation } from './service-error.ts';

/** `digits` times ten to the power of `exponent`; no trailing zeros in `digits`. */
type Decimal = { readonly digits: bigint; readonly exponent: number };

const DIGITS_MAX = 38;
const MAGNITUDE_MAX = 125;
const MAGNITUDE_MIN = -130;

const FORM = /^([+-]?)(?:(\d+)\.?(\d*)|\.(\d+))(?:[eE]([+-]?\d{1,9}))?$/;
/** Most numbers are small whole ones, which are their own normal spelling. */
const SMALL_WHOLE = /^(?:0|-?[1-9]\d{0,14})$/;

/** The one spelling of a number: no leading or trailing zeros, no exponent. */
export function normalNumber(text: string): string {
  return SMALL_WHOLE.test(text) ? text : spelled(parsed(text));
}

export function compareNumbers(left: string, right: string): number {
  if (left === right) return 0;
  if (SMALL_WHOLE.test(left) && SMALL_WHOLE.test(right)) return Number(left) - Number(right);
  return Number(difference(parsed(left), parsed(right)).digits > 0n) * 2 - 1;
}

export function addNumbers(left: string, right: string): string {
  return spelled(sum(parsed(left), parsed(right)));
}

export function subtractNumbers(left: string, right: string): string {
  return spelled(difference(parsed(left), parsed(right)));
}

/** How many digits count for the size of a number. */
export function significantDigits(normal: string): number {
  return normal.replace('-', '').replace('.', '').replace(/^0+/, '').replace(/0+$/, '').length;
}

function parsed(text: string): Decimal {
  const found = FORM.exec(text);
  if (found === null) throw validation(`The parameter cannot be converted to a numeric value: ${text}`);
  const [, sign, whole = '', fraction = '', onlyFraction = '', power = '0'] = found;
  const after = fraction + onlyFraction;
  const digits = BigInt(`${whole}${after}`);
  return checked(reduced({ digits: sign === '-' ? -digits : digits, exponent: Number(power) - after.length }));
}

function sum(left: Decimal, right: Decimal): Decimal {
  const exponent = Math.min(left.exponent, right.exponent);
  const aligned = ({ digits, exponent: own }: Decimal) => digits * 10n ** BigInt(own - exponent);
  return checked(reduced({ digits: aligned(left) + aligned(right), exponent }));
}

function difference(left: Decimal, right: Decimal): Decimal {
  const exponent = Math.min(left.exponent, right.exponent);
  const aligned = ({ digits, exponent: own }: Decimal) => digits * 10n ** BigInt(own - exponent);
  return reduced({ digits: aligned(left) - aligned(right), exponent });
}

function reduced({ digits, exponent }: Decimal): Decimal {
  if (digits === 0n) return { digits, exponent: 0 };
  const text = String(digits);
  const kept = text.replace(/0+$/, '');
  return { digits: BigInt(kept), exponent: exponent + text.length - kept.length };
}

function checked(number: Decimal): Decimal {
  const length = lengthOf(number.digits);
  if (number.digits === 0n) return number;
  const magnitude = length - 1 + number.exponent;
  if (magnitude > MAGNITUDE_MAX)
    throw validation('Number overflow. Attempting to store a number with magnitude larger than supported range');
  if (magnitude < MAGNITUDE_MIN)
    throw validation('Number underflow. Attempting to store a number with magnitude smaller than supported range');
  if (length > DIGITS_MAX) throw validation('Attempting to store more than 38 significant digits in a Number');
  return number;
}

function lengthOf(digits: bigint): number {
  return String(digits).length - (digits < 0n ? 1 : 0);
}

function spelled({ digits, exponent }: Decimal): string {
  const sign = digits < 0n ? '-' : '';
  const text = String(digits).replace('-', '');
  if (exponent >= 0) return sign + text + '0'.repeat(exponent);
  const padded = text.padStart(1 - exponent, '0');
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}
