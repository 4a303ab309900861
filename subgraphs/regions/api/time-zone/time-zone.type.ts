import { Directive, Field, ID, ObjectType } from 'type-graphql';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';
import type * as model from '../../model/region.enums.js';

export const TimeZoneGroup = graphEnum<model.TimeZoneGroup>(
  'TimeZoneGroup',
  'Part of the world, by the first part of the time zone’s name.',
  {
    UTC: 'Coordinated universal time.',
    AMERICA: '`America/…`',
    ASIA: '`Asia/…`',
    EUROPE: '`Europe/…`',
    AFRICA: '`Africa/…`',
    PACIFIC: '`Pacific/…`',
    AUSTRALIA: '`Australia/…`; the ACK documentation prints the group as Oceania.',
    INDIAN: '`Indian/…`',
    ATLANTIC: '`Atlantic/…`',
    ANTARCTICA: '`Antarctica/…`',
    ARCTIC: '`Arctic/…`',
  },
);
export type TimeZoneGroup = model.TimeZoneGroup;

@Directive('@key(fields: "id")')
@ObjectType({ description: 'A time zone that a cluster can have.' })
export class TimeZone {
  @Field(() => ID, { description: 'Name in the IANA time zone database, e.g. `Asia/Shanghai`.' })
  id: string;

  @Field(() => ID, {
    nullable: true,
    description:
      'Spelling in the ACK documentation where it misspells the name. Accepted wherever an id is. Null otherwise.',
  })
  documentedId: string | null;

  @Field(() => TimeZoneGroup, { description: 'Part of the world.' })
  group: TimeZoneGroup;

  @Field(() => String, {
    description:
      'The offset that the ACK documentation prints, e.g. `+08:00`: a snapshot, see utcOffset for the real one.',
  })
  documentedUtcOffset: string;
}
