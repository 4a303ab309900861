import { ArgsType, Field, Float, Int, ObjectType } from 'type-graphql';
import { ListSize } from '../../../runtime/graph/cost.js';
import { JSONScalar } from '../../../runtime/graph/scalars.js';

@ObjectType({ description: 'A measured value at a time.' })
export class MetricPoint {
  @Field(() => Date, { description: 'Start of the step.' })
  at: Date;

  @Field(() => Float, { description: 'Mean of the samples of the step.' })
  value: number;
}

@ObjectType({ description: 'A measured value over time.' })
export class MetricSeries {
  @Field(() => String, { description: '`cpu_usage`, `memory_usage`, `nodes` or `pods`.' })
  name: string;

  @Field(() => String, { description: '`cores`, `bytes` or `count`.' })
  unit: string;

  @Field(() => JSONScalar, {
    description:
      'Labels, as an object of strings: empty for the cluster or workload itself, `{ node }` for a node.',
  })
  labels: Readonly<Record<string, string>>;

  // The number of points without the argument `step`.
  @ListSize(60)
  @Field(() => [MetricPoint], {
    description: 'The values by time; steps without samples are omitted.',
  })
  points: MetricPoint[];
}

/** The range of time. */
@ArgsType()
export class MetricArgs {
  @Field(() => Date, { description: 'Start of the range.' })
  from: Date;

  @Field(() => Date, { description: 'End of the range, exclusive.' })
  to: Date;

  @Field(() => Int, {
    nullable: true,
    description:
      'Step between two points in seconds. Default: a sixtieth of the range. A series has at most 1,000 points.',
  })
  step?: number | null;
}

/** The range of time, and whether each node has a series. */
@ArgsType()
export class ClusterMetricArgs extends MetricArgs {
  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether to add a series for each node, labelled `{ node }`; a series then has at most 200 points. Default: false.',
  })
  perNode?: boolean | null;
}
