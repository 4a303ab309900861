import { createHmac } from 'node:crypto';

/** Validates the number of an identity document; undefined when it is valid. `on` is the date of the check. */
export function documentProblem(
  kind: 'PERSON' | 'ENTERPRISE',
  documentNumber: string,
  on: Date,
): string | undefined {
  const number = canonicalNumber(documentNumber);
  return kind === 'PERSON' ? identityCardProblem(number, on) : creditCodeProblem(number);
}

/** HMAC-SHA256 with the platform's key: recognizes a document without storing its number. */
export function documentDigest(kind: string, documentNumber: string, key: Uint8Array): string {
  return createHmac('sha256', key)
    .update(JSON.stringify([kind, canonicalNumber(documentNumber)]))
    .digest('hex');
}

function canonicalNumber(documentNumber: string): string {
  return documentNumber.trim().toUpperCase();
}

/** GB 11643-1999: six digits of a place, the birth date, a sequence number of three digits, and a check character. */
const IDENTITY_CARD = /^[1-9]\d{5}(\d{4})(\d\d)(\d\d)\d{3}[\dX]$/;
/** ISO 7064 MOD 11-2: 2^(17-i) modulo 11 for the digit at i, and the check characters by remainder. */
const CARD_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CARD_CHECKS = '10X98765432';
const MIN_BIRTH_YEAR = 1900;

function identityCardProblem(number: string, on: Date): string | undefined {
  const [, year, month, day] = IDENTITY_CARD.exec(number) ?? [];
  if (!year)
    return 'The number of an identity card has 17 digits, of which the first is not 0, and a digit or X.';
  const born = new Date(`${year}-${month}-${day}T00:00:00Z`);
  const isDay = !Number.isNaN(born.getTime()) && born.getUTCDate() === Number(day);
  if (!isDay || Number(year) < MIN_BIRTH_YEAR || born > on)
    return `Digits 7 to 14 of the number of an identity card are the day of birth; ${year}${month}${day} is none.`;
  const sum = CARD_WEIGHTS.reduce((total, weight, index) => total + weight * Number(number[index]), 0);
  if (CARD_CHECKS[sum % 11] === number.at(-1)) return undefined;
  return 'The last character of the number of an identity card does not fit the others: check them.';
}

/**
 * GB 32100-2015: digits and capital letters without I, O, S, V and Z. Authority and kind of organization (neither is
 * 0), six digits of a place, nine characters of the organization, and a check character.
 */
const CREDIT_CODE = /^[1-9A-HJ-NPQRTUWXY]{2}[1-9]\d{5}[0-9A-HJ-NPQRTUWXY]{10}$/;
const CREDIT_ALPHABET = '0123456789ABCDEFGHJKLMNPQRTUWXY';

function creditCodeProblem(code: string): string | undefined {
  if (!CREDIT_CODE.test(code))
    return (
      'A unified social credit code has 18 digits and capital letters, without I, O, S, V and Z; characters 3 to 8 are ' +
      'digits, and none of the first three is 0.'
    );
  const base = CREDIT_ALPHABET.length;
  // The weight of each character is three times the one before it, modulo 31.
  let sum = 0;
  for (let index = 0, weight = 1; index < 17; index += 1, weight = (weight * 3) % base)
    sum += weight * CREDIT_ALPHABET.indexOf(code.charAt(index));
  if (CREDIT_ALPHABET[(base - (sum % base)) % base] === code.at(-1)) return undefined;
  return 'The last character of a unified social credit code does not fit the others: check them.';
}
