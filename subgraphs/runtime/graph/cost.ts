import { Directive } from 'type-graphql';

/**
 * Cost of each value of a field in points of 10 microseconds of CPU, for fields that cost more than reading a row;
 * see docs/operations.md. Default 1 for an object, 0 for a scalar.
 */
export function Cost(weight: number): ReturnType<typeof Directive> {
  return Directive(`@cost(weight: ${weight})`);
}

/** Assumed length of a list that no argument limits. Default 10. */
export function ListSize(assumedSize: number): ReturnType<typeof Directive> {
  return Directive(`@listSize(assumedSize: ${assumedSize}, requireOneSlicingArgument: false)`);
}
