export type ChangeTiming = 'IMMEDIATE' | 'MAINTENANCE_WINDOW';
