import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { DateTimeScalar } from '../../../runtime/graph/scalars.js';
import { CLIENT_TOKEN } from '../../../runtime/graph/client-token.js';

@ObjectType({
  description:
    'Recurring period in which disruptive changes of a cluster may start, in the time zone of the cluster.',
})
export class MaintenanceWindow {
  @Field(() => String, {
    description: 'Days on which the window opens: an RRULE of RFC 5545, e.g. `FREQ=WEEKLY;BYDAY=SA,SU`.',
  })
  recurrence: string;

  @Field(() => String, {
    description:
      'Local date on which the recurrence starts, e.g. `2026-01-31`: the day on which the window was set.',
  })
  startDate: string;

  @Field(() => String, {
    description:
      'Local time of the openings, `HH:MM`. On days of a clock change: a skipped time is moved later by the skipped interval; of a repeated time the first one applies.',
  })
  startTime: string;

  @Field(() => Int, {
    description:
      'Duration of an opening in hours: 1 to 24 hours of elapsed time, also on days of a clock change.',
  })
  durationHours: number;

  @Field(() => Boolean, { description: 'Whether it is enabled; a disabled window never opens.' })
  enabled: boolean;
}

@ObjectType({ description: 'One opening of a maintenance window.' })
export class MaintenanceWindowOccurrence {
  @Field(() => DateTimeScalar, { description: 'Start of the window.' })
  startsAt: Date;

  @Field(() => DateTimeScalar, { description: 'End of the window; changes that have started continue.' })
  endsAt: Date;
}

@InputType({ description: 'A maintenance window of a cluster; replaces the current one.' })
export class SetMaintenanceWindowInput {
  @Field(() => ID, { description: 'Id of the cluster.' })
  clusterId: string;

  @Field(() => String, {
    description:
      'Days on which the window opens, counted from today: an RRULE of RFC 5545 (at most 200 characters) with FREQ=DAILY, WEEKLY, MONTHLY or YEARLY, INTERVAL (1 to 99), BYDAY, BYMONTH, BYMONTHDAY, BYSETPOS and WKST. It must open within a year.',
  })
  recurrence: string;

  @Field(() => String, {
    description: 'Local time of the openings in the time zone of the cluster, `HH:MM`.',
  })
  startTime: string;

  @Field(() => Int, { description: 'Duration of an opening in hours: 1 to 24.' })
  durationHours: number;

  @Field(() => Boolean, { nullable: true, defaultValue: true, description: 'Whether the window is enabled.' })
  enabled?: boolean | null;

  @Field(() => String, {
    nullable: true,
    description: CLIENT_TOKEN,
  })
  clientToken?: string | null;
}
