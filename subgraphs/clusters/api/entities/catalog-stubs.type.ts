import { Directive, Field, ID, ObjectType } from 'type-graphql';

@Directive('@key(fields: "id")')
@ObjectType({ description: 'A region of the cloud.' })
export class Region {
  @Field(() => ID, { description: 'Id of the region, e.g. `cn-hangzhou`.' })
  id: string;
}

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType({ description: 'An availability zone of a region.' })
export class Zone {
  @Field(() => ID, { description: 'Id of the zone, e.g. `cn-hangzhou-b`.' })
  id: string;
}

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType({ description: 'A time zone of the catalog.' })
export class TimeZone {
  @Field(() => ID, { description: 'IANA name, e.g. `Asia/Shanghai`.' })
  id: string;
}
