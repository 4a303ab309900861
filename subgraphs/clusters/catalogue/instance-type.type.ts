import { Directive, Field, Float, ID, InputType, Int, ObjectType } from 'type-graphql';

@Directive('@key(fields: "id")')
@ObjectType({ description: 'A size of machine that the cloud offers.' })
export class InstanceType {
  @Field(() => ID, { description: 'Id, e.g. `ecs.g7.xlarge`.' })
  id: string;

  @Field(() => Int, { description: 'vCPUs.' })
  vcpus: number;

  @Field(() => Float, { description: 'Memory in GiB.' })
  memoryGiB: number;

  @Field(() => String, { description: 'Processor architecture, e.g. `amd64`.' })
  architecture: string;

  @Field(() => Int, { description: 'GPUs.' })
  gpus: number;
}

@InputType({ description: 'Which instance types; all given parts must hold.' })
export class InstanceTypeFilter {
  @Field(() => Int, { nullable: true, description: 'With at least this many vCPUs.' })
  minVcpus?: number | null;

  @Field(() => Float, { nullable: true, description: 'With at least this much memory, in GiB.' })
  minMemoryGiB?: number | null;

  @Field(() => String, { nullable: true, description: 'Of this architecture, e.g. `arm64`.' })
  architecture?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Large enough to be a node (true) or too small (false).',
  })
  fitsNode?: boolean | null;
}
