/** An AWS service inside this process: one operation with its JSON goes in, the service's answer comes out. It has no socket and no timer of its own. */

export type JsonObject = { readonly [name: string]: unknown };

/** A status below 300 carries the operation's output; any other carries `__type` (the error's name) and `message`, as the AWS JSON protocols have it. */
export type ServiceAnswer = { readonly status: number; readonly body: JsonObject };

export type ServiceEngine = {
  /** Never rejects for what the service would answer; a rejection is a fault of the engine or an operation it does not model. */
  perform(operation: string, input: JsonObject): Promise<ServiceAnswer>;
};
