using System.Globalization;
using CleanSync.Endpoint.Bench;

// Requests per second of the framework's bare endpoint and of the webhook endpoint whose inbox stores nothing, in one process,
// load generator included. Rounds alternate, so that whatever else the machine does falls on both.
// Usage: dotnet run -c Release --project bench/Endpoint [seconds per round] [rounds] [connections]
var seconds = args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 3;
var rounds = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 5;
var connections = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 64;

await using var bare = await Servers.Bare();
await using var webhook = await Servers.Webhook();
var round = TimeSpan.FromSeconds(seconds);
await Load.Run(Servers.AddressOf(bare), connections, round);
await Load.Run(Servers.AddressOf(webhook), connections, round);

var ratios = new List<double>();
for (var i = 0; i < rounds; i++)
{
    var baseline = await Load.Run(Servers.AddressOf(bare), connections, round);
    var measured = await Load.Run(Servers.AddressOf(webhook), connections, round);
    ratios.Add(measured.PerSecond / baseline.PerSecond);
    Console.WriteLine(
        $"bare {baseline.PerSecond, 8:n0}/s p99 {baseline.P99.TotalMilliseconds, 5:n1} ms   "
            + $"webhook {measured.PerSecond, 8:n0}/s p99 {measured.P99.TotalMilliseconds, 5:n1} ms   ratio {ratios[^1]:n2}"
    );
}
Console.WriteLine($"median ratio {ratios.Order().ElementAt(ratios.Count / 2):n2} (budget: at least 0.50)");
