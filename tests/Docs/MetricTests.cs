using System.Diagnostics.Metrics;
using CleanSync.Application;
using Microsoft.Extensions.DependencyInjection;

namespace CleanSync.Docs.Tests;

/// <summary>Whatever is measured is explained.</summary>
public sealed class MetricTests
{
    [Fact]
    [Trait("Spec", "9.5")]
    public async Task The_table_of_metrics_names_every_instrument_its_kind_and_its_unit()
    {
        var instruments = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, _) =>
            {
                if (instrument.Meter.Name == "CleanSync")
                    instruments.Add(
                        $"{instrument.Name}: {Kind(instrument)}{(instrument.Unit is { } unit ? $", {unit}" : "")}"
                    );
            },
        };
        listener.Start();
        var file = Path.GetTempFileName();
        try
        {
            var services = new ServiceCollection().AddLogging();
            services.AddCleanSync(_ => { }).UseSqlite($"Data Source={file}").UseSandbox();
            await using var provider = services.BuildServiceProvider();
            provider.GetRequiredService<ICleanSync>();
        }
        finally
        {
            File.Delete(file);
        }

        Assert.Equal(
            instruments.Distinct().Order(StringComparer.Ordinal),
            Page.Rows(Checkout.Page("docs/operations.md").Section("Metrics")!)
                .Select(row => $"{row[0].Trim('`')}: {row[1]}")
                .Order(StringComparer.Ordinal)
        );
    }

    private static string Kind(Instrument instrument) =>
        instrument.GetType().Name.Split('`')[0] switch
        {
            "Counter" => "counter",
            "Histogram" => "histogram",
            "ObservableGauge" => "gauge",
            var other => other,
        };
}
