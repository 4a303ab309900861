import { GraphQLError, GraphQLScalarType, Kind } from 'graphql';
import { GraphQLDateTime, GraphQLJSON } from 'graphql-scalars';
import type { BuildSchemaOptions } from 'type-graphql';

export { GraphQLJSON as JSONScalar };

const INT64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };
/** Limited to the digits of 64 bits: the time to parse digits grows faster than their number. */
const DECIMAL = /^-?\d{1,19}$/;

/**
 * 64-bit integer, as in PostgreSQL. Serialized as a string, because JSON parsers read numbers as doubles and change
 * those above 2^53.
 */
export const BigIntScalar = new GraphQLScalarType<bigint, string>({
  name: 'BigInt',
  description:
    'A whole number of 64 bits, -9223372036854775808 to 9223372036854775807. Answers have it as a string of decimal digits, which stays exact in every JSON parser. Inputs take such a string, a number of at most 9007199254740991 (2^53 - 1), or a literal of any size.',
  serialize: (value) => toInt64(value).toString(),
  parseValue: toInt64,
  parseLiteral: (node) =>
    toInt64(node.kind === Kind.INT || node.kind === Kind.STRING ? node.value : undefined),
});

function toInt64(value: unknown): bigint {
  const isText = typeof value === 'string' && DECIMAL.test(value);
  if (!isText && typeof value !== 'bigint' && !Number.isSafeInteger(value))
    throw new GraphQLError(
      'A BigInt is a string of 1 to 19 decimal digits, or a number of at most 2^53 - 1.',
    );
  const number = BigInt(value as string | bigint | number);
  if (number < INT64.min || number > INT64.max) throw new GraphQLError('A BigInt has at most 64 bits.');
  return number;
}

/** RFC 3339 in UTC with milliseconds. */
export const DateTimeScalar = GraphQLDateTime;

/** An opaque, signed position in an event stream. */
export const EventCursorScalar = new GraphQLScalarType<string, string>({
  name: 'EventCursor',
  description: 'Opaque, signed position in an event stream: pass it as `after` to resume from there.',
  serialize: String,
  parseValue: (value) => String(value),
  parseLiteral: (node) => (node.kind === Kind.STRING ? node.value : ''),
});

/** Scalars of JavaScript types. */
export const scalars: NonNullable<BuildSchemaOptions['scalarsMap']> = [
  { type: Date, scalar: DateTimeScalar },
];
