import { graphEnum } from '../../runtime/graph/graph-enum.js';

export const InstanceCategory = graphEnum('InstanceCategory', 'What an instance computes with.', {
  X86: 'A virtual machine with x86 processors.',
  ARM: 'A virtual machine with ARM processors.',
  GPU: 'With GPUs.',
  NPU: 'With processors for neural networks.',
  FPGA: 'With programmable hardware.',
  EDGE: 'At the edge: an instance outside the regions of the cloud, of a node of an edge cluster.',
  VIRTUAL: 'No instance: a virtual node, whose pods run on container instances (ECI), as many as there are.',
  BARE_METAL: 'A whole instance, without virtualization and without accelerators.',
});
export type InstanceCategory = keyof typeof InstanceCategory;

interface CategorizedType {
  /** e.g. `ecs.f3-c16f1.4xlarge`. */
  readonly id: string;
  readonly architecture: string;
  readonly gpus: number;
  readonly npus?: number;
  readonly bareMetal?: boolean;
}

/** FPGA families are `f` and a number; they say no more about themselves. */
const FPGA_FAMILY = /^ecs\.f\d/;

/** What machines of a type compute with; accelerators go before the rest. */
export function instanceCategory({
  id,
  architecture,
  gpus,
  npus = 0,
  bareMetal,
}: CategorizedType): InstanceCategory {
  if (isVirtual(id)) return 'VIRTUAL';
  if (gpus > 0) return 'GPU';
  if (npus > 0) return 'NPU';
  if (FPGA_FAMILY.test(id)) return 'FPGA';
  if (bareMetal) return 'BARE_METAL';
  return architecture === 'arm64' ? 'ARM' : 'X86';
}

/** Whether nodes of the instance type are virtual nodes. */
export function isVirtual(id: string): boolean {
  return id === 'eci.virtual-node';
}
