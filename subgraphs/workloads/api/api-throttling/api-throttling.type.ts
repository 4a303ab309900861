import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';

/** What helps a cluster whose API is throttled. */
export enum ThrottlingRecommendation {
  MIGRATE_TO_PRO = 'MIGRATE_TO_PRO',
  READ_IN_PAGES = 'READ_IN_PAGES',
}

registerEnumType(ThrottlingRecommendation, {
  name: 'ThrottlingRecommendation',
  description: 'What helps when the API of a cluster is throttled.',
  valuesConfig: {
    MIGRATE_TO_PRO: { description: 'Migrate the standard cluster to Pro, whose API server takes more.' },
    READ_IN_PAGES: {
      description: 'Read in pages (`kubectl get --chunk-size=500`), or ask for events in Query.events.',
    },
  },
});

@ObjectType({
  description: 'How much of what was asked of the API server was refused because it was too much.',
})
export class ApiThrottling {
  @Field(() => Int, { description: 'Requests refused since the API server started.' })
  throttledRequests: number;

  @Field(() => ThrottlingRecommendation, {
    nullable: true,
    description: 'What helps; null while nothing was refused.',
  })
  recommendation: ThrottlingRecommendation | null;
}
