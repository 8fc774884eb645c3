using System.Globalization;
using CleanSync.Bench.Connector;

// What the connector gains over WordPress's own routes (throughput), what a race of registrations leaves behind (race), and what a visitor
// feels while users are updated (visitor). Everything in one run against one WordPress, so that figures are ratios:
//   tests/wordpress/up 22300 DIR newest --connector --serve=fpm
//   dotnet run -c Release --project bench/Connector DIR/state.json [throughput] [race] [visitor] [quick]
//   tests/wordpress/down DIR --wipe
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args.Length == 0)
{
    Console.Error.WriteLine("usage: CleanSync.Bench.Connector DIR/state.json [throughput] [race] [visitor] [quick]");
    return 2;
}
var quick = args.Contains("quick");
string[] parts = [.. args.Skip(1).Where(part => part != "quick")];
if (parts.Length == 0)
    parts = ["throughput", "race", "visitor"];

using var site = new Site(args[0]);
await site.Describe();
foreach (var part in parts)
{
    switch (part)
    {
        case "throughput":
            await Throughput.Run(site, quick);
            break;
        case "race":
            await Race.Run(site, quick);
            break;
        case "visitor":
            await Visitor.Run(site, quick);
            break;
        default:
            Console.Error.WriteLine($"there is no part {part}");
            return 2;
    }
}
return 0;
