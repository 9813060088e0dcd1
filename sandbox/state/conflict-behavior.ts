/** What happens when the name is taken. Source: microsoft-graph-docs-contrib, resources/driveitem. */
export const behaviors = ['fail', 'rename', 'replace'] as const

export type ConflictBehavior = (typeof behaviors)[number]
