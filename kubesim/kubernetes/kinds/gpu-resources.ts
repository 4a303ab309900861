/** GPU memory in GiB; a pod gets it from one card. */
export const GPU_MEMORY = 'aliyun.com/gpu-mem';
/** Number of GPUs of a node whose memory is shared. */
export const GPU_COUNT = 'aliyun.com/gpu-count';
