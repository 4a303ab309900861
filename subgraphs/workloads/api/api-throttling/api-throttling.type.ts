import { Field, Int, ObjectType } from 'type-graphql';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import type * as model from '../../model/api-throttling.rules.js';

export const ThrottlingRecommendation = graphEnum<model.ThrottlingRecommendation>(
  'ThrottlingRecommendation',
  "Recommendation that reduces the throttling of a cluster's API.",
  {
    MIGRATE_TO_PRO: 'Migrate the standard cluster to Pro, whose API server accepts more requests.',
    READ_IN_PAGES: 'Read in pages (`kubectl get --chunk-size=500`), or read events from Query.events.',
  },
);
export type ThrottlingRecommendation = model.ThrottlingRecommendation;

@ObjectType({
  description: 'Throttling of an API server: it rejects requests while too many run concurrently.',
})
export class ApiThrottling implements model.ApiThrottling {
  @Field(() => Int, { description: 'Number of rejected requests since the API server started.' })
  throttledRequests: number;

  @Field(() => ThrottlingRecommendation, {
    nullable: true,
    description: 'Recommendation that reduces the throttling. Null while no request was rejected.',
  })
  recommendation: ThrottlingRecommendation | null;
}
