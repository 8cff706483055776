export const cast = (value: unknown): string => value as string;
