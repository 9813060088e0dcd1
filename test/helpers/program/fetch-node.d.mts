export function newestOf(line: string): Promise<string>
export function fetchNode(version: string): Promise<string>
export function someNode(line: string): Promise<string>
