import { Directive, Field, Float, ID, InputType, Int, ObjectType } from 'type-graphql';

@Directive('@key(fields: "id")')
@ObjectType({ description: 'A size of instance that the cloud offers.' })
export class InstanceType {
  @Field(() => ID, { description: 'Id, e.g. `ecs.g7.xlarge`.' })
  id: string;

  @Field(() => Int, { description: 'vCPUs.' })
  vcpus: number;

  @Field(() => Float, { description: 'Memory in GiB.' })
  memoryGiB: number;

  @Field(() => String, { description: 'Processor architecture, e.g. `amd64`.' })
  architecture: string;

  @Field(() => String, { description: 'Family, e.g. `ecs.g7`.' })
  family: string;

  @Field(() => Int, { description: 'GPUs.' })
  gpus: number;

  @Field(() => Int, { description: 'Elastic network interfaces (ENIs), the primary one included.' })
  enis: number;

  @Field(() => Int, { description: 'Private IPv4 addresses of each network interface.' })
  ipsPerEni: number;

  @Field(() => Float, { description: 'Memory of each GPU in GiB; 0 without GPUs.' })
  gpuMemoryGiB: number;

  @Field(() => Int, { description: 'NPUs.' })
  npus: number;

  @Field(() => Float, {
    description: 'Encrypted memory (the enclave page cache of Intel SGX) in GiB; 0 without.',
  })
  epcGiB: number;

  @Field(() => Boolean, { description: 'Whether it is a whole instance, without virtualization.' })
  bareMetal: boolean;
}

@InputType({ description: 'Filter of instance types; all conditions are combined with AND.' })
export class InstanceTypeFilter {
  @Field(() => Int, { nullable: true, description: 'Types with at least this many vCPUs.' })
  minVcpus?: number | null;

  @Field(() => Float, { nullable: true, description: 'Types with at least this much memory, in GiB.' })
  minMemoryGiB?: number | null;

  @Field(() => String, { nullable: true, description: 'Types of this architecture, e.g. `arm64`.' })
  architecture?: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'True: types large enough for a node; false: the others.',
  })
  fitsNode?: boolean | null;
}
