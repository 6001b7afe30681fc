/** A node of a plan as EXPLAIN (FORMAT JSON) tells it. */
export interface PlanNode {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Index Name"?: string;
  readonly "Actual Rows"?: number;
  readonly "Shared Hit Blocks"?: number;
  readonly "Shared Read Blocks"?: number;
  readonly Plans?: readonly PlanNode[];
}

export interface Plan {
  readonly Plan: PlanNode;
  readonly "Execution Time": number;
  readonly "Planning Time": number;
}

/** How rows are found: `index chat_messages_pkey`, `seq chat_rooms`, each once, in the order of the plan. */
export function scansOf(node: PlanNode): string[] {
  const all: string[] = [];
  visit(node, (found) => {
    const relation = found["Relation Name"];
    const index = found["Index Name"];
    if (found["Node Type"] === "Seq Scan") all.push(`seq ${relation}`);
    else if (index !== undefined) all.push(index);
  });
  return [...new Set(all)];
}

function visit(node: PlanNode, see: (node: PlanNode) => void): void {
  see(node);
  for (const child of node.Plans ?? []) visit(child, see);
}
