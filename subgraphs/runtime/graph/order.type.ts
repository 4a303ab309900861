import { Arg, type ClassType, Field, InputType } from 'type-graphql';
import type { Direction, OrderBy } from '../../../kernel/sorting.js';
import { graphEnum } from './graph-enum.js';

const OrderDirection = graphEnum('OrderDirection', 'Direction of sorting.', {
  ASC: 'Smallest or oldest first.',
  DESC: 'Largest or newest first.',
});

/**
 * Declares `<Name>Order` and `<Name>OrderField` of an object type: the sort fields of its lists and their
 * descriptions.
 */
export function orderOf<F extends string>(name: string, fields: Readonly<Record<F, string>>) {
  const values = graphEnum(`${name}OrderField`, `Sort fields of a list of ${name}.`, fields);

  @InputType(`${name}Order`, {
    description: `Sort order of a list of ${name}. Items with equal values are sorted by id.`,
  })
  class Order implements OrderBy<F> {
    @Field(() => values, { description: 'Sort field.' })
    field: F;

    @Field(() => OrderDirection, { nullable: true, defaultValue: 'ASC', description: 'Sort direction.' })
    direction?: Direction | null;
  }

  return Order;
}

/** The argument `orderBy` of a connection; `omitted` describes the default order, e.g. `oldest first`. */
export const OrderByArg = (order: ClassType, omitted: string): ReturnType<typeof Arg> =>
  Arg('orderBy', () => order, {
    nullable: true,
    description: `Sort order. Default: ${omitted}. A cursor is valid only with the \`orderBy\` of the page that it comes from.`,
  });
