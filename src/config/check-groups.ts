/** Groups of behaviour checks; each holds the ones before it. */
export const sizeGroups = ['static', 'quick', 'standard', 'full'] as const;

/** What a platform asks for besides `standard`; there it is an error when it does not hold. */
export const platformGroups = ['openshift', 'kubernetes-restricted'] as const;

export const checkGroups = [...sizeGroups, ...platformGroups] as const;

/** How much is looked at. */
export type SizeGroup = (typeof sizeGroups)[number];
export type PlatformGroup = (typeof platformGroups)[number];
export type CheckGroup = (typeof checkGroups)[number];
