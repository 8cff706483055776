/** Groups of behaviour checks; each holds the ones before it. */
export const checkGroups = ['static', 'quick', 'standard', 'full'] as const;

export type CheckGroup = (typeof checkGroups)[number];
