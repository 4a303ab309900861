import { GraphQLScalarType, Kind } from 'graphql';
import { GraphQLBigInt, GraphQLDateTime, GraphQLJSON } from 'graphql-scalars';
import type { BuildSchemaOptions } from 'type-graphql';

export { GraphQLBigInt as BigIntScalar, GraphQLJSON as JSONScalar };

/** RFC 3339 in UTC; milliseconds. */
export const DateTimeScalar = GraphQLDateTime;

/** An opaque, signed position in an event stream. */
export const EventCursorScalar = new GraphQLScalarType<string, string>({
  name: 'EventCursor',
  description: 'Opaque, signed position in an event stream: give it as `after` to go on from there.',
  serialize: String,
  parseValue: (value) => String(value),
  parseLiteral: (node) => (node.kind === Kind.STRING ? node.value : ''),
});

/** Scalars by the JavaScript types that stand for them. */
export const scalars: NonNullable<BuildSchemaOptions['scalarsMap']> = [
  { type: Date, scalar: DateTimeScalar },
];
