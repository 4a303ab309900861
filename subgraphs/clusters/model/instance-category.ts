export type InstanceCategory = 'X86' | 'ARM' | 'GPU' | 'NPU' | 'FPGA' | 'EDGE' | 'VIRTUAL' | 'BARE_METAL';

interface CategorizedType {
  /** e.g. `ecs.f3-c16f1.4xlarge`. */
  readonly id: string;
  readonly architecture: string;
  readonly gpus: number;
  readonly npus?: number;
  readonly bareMetal?: boolean;
}

/** FPGA families are named `f` and a number; the catalog has no other field for them. */
const FPGA_FAMILY = /^ecs\.f\d/;

/** The category of an instance type; accelerators take precedence over the other properties. */
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
