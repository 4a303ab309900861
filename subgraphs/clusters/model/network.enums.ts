/** The party that created a cloud resource. */
export const RESOURCE_CREATORS = ['USER', 'PLATFORM'] as const;

export type ResourceCreator = (typeof RESOURCE_CREATORS)[number];

/** Types of cloud resources that the platform creates for a cluster. */
export const CLOUD_RESOURCE_TYPES = ['LOAD_BALANCER', 'EIP'] as const;

export type CloudResourceType = (typeof CLOUD_RESOURCE_TYPES)[number];
