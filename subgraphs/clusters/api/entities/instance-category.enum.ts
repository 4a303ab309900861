import type * as model from '../../model/instance-category.js';
import { graphEnum } from '../../../runtime/graph/graph-enum.js';

export const InstanceCategory = graphEnum<model.InstanceCategory>(
  'InstanceCategory',
  'Category of an instance by its processor.',
  {
    X86: 'A virtual machine with x86 processors.',
    ARM: 'A virtual machine with ARM processors.',
    GPU: 'With GPUs.',
    NPU: 'With processors for neural networks.',
    FPGA: 'With programmable hardware.',
    EDGE: 'At the edge: an instance outside the regions of the cloud, of a node of an edge cluster.',
    VIRTUAL:
      'No instance: a virtual node, whose pods run on container instances (ECI), as many as there are.',
    BARE_METAL: 'A whole instance, without virtualization and without accelerators.',
  },
);

export type InstanceCategory = model.InstanceCategory;
