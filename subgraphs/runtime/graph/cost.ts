import { Directive } from 'type-graphql';

/**
 * What each value of a field costs, in points of 10 microseconds of CPU, where it takes more than reading a row; see
 * docs/operations.md. Left out an object costs 1, a scalar 0.
 */
export function Cost(weight: number): ReturnType<typeof Directive> {
  return Directive(`@cost(weight: ${weight})`);
}

/** How long a list is taken to be, which no argument bounds. Left out it is 10. */
export function ListSize(assumedSize: number): ReturnType<typeof Directive> {
  return Directive(`@listSize(assumedSize: ${assumedSize}, requireOneSlicingArgument: false)`);
}
