/** An error that ends a request with an HTTP status: 4xx answers the message, 5xx is logged too. */
export class HttpError extends Error {
  /** The HTTP status code, 400 to 599. */
  status: number;

  /** Without `message` the response text is the status text. */
  constructor(status: number, message?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = this.constructor.name;
    this.status = status;
  }
}
