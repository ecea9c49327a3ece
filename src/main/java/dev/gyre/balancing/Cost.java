package dev.gyre.balancing;

/** What it costs to give a candidate the next request; less is better. */
interface Cost {

    double of(Candidates candidates, int index);

    /** Requests in flight, per weight. */
    static Cost load(int[] weights) {
        return (candidates, index) -> candidates.load(index) / weights[index];
    }

    /**
     * How long the request would take: what lately took so long, once for itself and once for each request it
     * has to share with.
     */
    static Cost time(int[] weights) {
        double sum = 0;
        for (int weight : weights) {
            sum += weight;
        }
        double mean = sum / weights.length;
        return (candidates, index) ->
                candidates.nanos(index) * (1 + candidates.load(index) * mean / weights[index]);
    }
}
