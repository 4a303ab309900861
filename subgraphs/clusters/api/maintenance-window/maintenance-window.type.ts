import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { DateTimeScalar } from '../../../runtime/graph/scalars.js';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';

@ObjectType({ description: 'When a cluster may be disturbed, in its time zone.' })
export class MaintenanceWindow {
  @Field(() => String, {
    description: 'The days on which it opens: an RRULE of RFC 5545, e.g. `FREQ=WEEKLY;BYDAY=SA,SU`.',
  })
  recurrence: string;

  @Field(() => String, {
    description:
      'Local date from which the recurrence counts, e.g. `2026-01-31`: the day on which it was set.',
  })
  startDate: string;

  @Field(() => String, {
    description:
      'Local time of its openings, `HH:MM`. One that the clocks skip is moved on by what they skip; of one that comes twice the first is meant.',
  })
  startTime: string;

  @Field(() => Int, {
    description: 'How long it stays open: 1 to 24 hours of elapsed time, on days of a clock change too.',
  })
  durationHours: number;

  @Field(() => Boolean, { description: 'Whether it is enabled; a disabled window never opens.' })
  enabled: boolean;
}

@ObjectType({ description: 'One opening of a maintenance window.' })
export class MaintenanceWindowOccurrence {
  @Field(() => DateTimeScalar, { description: 'When it opens.' })
  startsAt: Date;

  @Field(() => DateTimeScalar, { description: 'End of the window; changes that have started continue.' })
  endsAt: Date;
}

@InputType({ description: "A cluster's maintenance window; replaces the one it has." })
export class SetMaintenanceWindowInput {
  @Field(() => ID, { description: 'Id of the cluster.' })
  clusterId: string;

  @Field(() => String, {
    description:
      'The days on which it opens: an RRULE of RFC 5545 (at most 200 characters) of FREQ=DAILY, WEEKLY, MONTHLY or YEARLY with INTERVAL (1 to 99), BYDAY, BYMONTH, BYMONTHDAY, BYSETPOS and WKST, counted from today. It must open within a year.',
  })
  recurrence: string;

  @Field(() => String, { description: "Local time of its openings in the cluster's time zone, `HH:MM`." })
  startTime: string;

  @Field(() => Int, { description: 'How long it stays open: 1 to 24 hours.' })
  durationHours: number;

  @Field(() => Boolean, { nullable: true, defaultValue: true, description: 'Whether it is in use.' })
  enabled?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description: CLIENT_TOKEN,
  })
  clientToken?: string | null;
}
