export default function Local() {
  return <span id="local">local</span>;
}
