/** GiB of GPU memory; a pod gets all of it from one card. */
export const GPU_MEMORY = 'aliyun.com/gpu-mem';
/** Number of GPUs of a node whose memory is shared. */
export const GPU_COUNT = 'aliyun.com/gpu-count';
